#include "memmap/range_set.hpp"

#include <bitset>
#include <random>

#include "tests/support/catch.hpp"

using namespace rspbridge::memmap;

namespace {
AddressRange range(std::uint64_t begin, std::uint64_t end) {
  return {VirtAddr{begin}, VirtAddr{end}};
}
using Ranges = std::vector<AddressRange>;
}  // namespace

TEST_CASE("range set: ranges that touch become one, and a hole splits") {
  RangeSet set;
  set.insert(range(10, 20));
  set.insert(range(30, 40));
  set.insert(range(20, 25));
  CHECK(set.ranges() == Ranges{range(10, 25), range(30, 40)});
  set.insert(range(24, 31));
  CHECK(set.ranges() == Ranges{range(10, 40)});
  set.erase(range(15, 18));
  CHECK(set.ranges() == Ranges{range(10, 15), range(18, 40)});
  CHECK(set.size() == 27);
  CHECK(set.gaps(range(0, 50)) == Ranges{range(0, 10), range(15, 18), range(40, 50)});
  CHECK(set.within(range(12, 20)) == Ranges{range(12, 15), range(18, 20)});
}

TEST_CASE("range set: empty and inverted ranges are nothing") {
  RangeSet set;
  set.insert(range(5, 5));
  set.insert(range(9, 3));
  CHECK(set.empty());
  set.insert(range(0, 100));
  set.erase(range(9, 3));
  set.erase(range(5, 5));
  CHECK(set.ranges() == Ranges{range(0, 100)});
  CHECK(set.contains(range(7, 7)));
  CHECK(set.within(range(9, 3)).empty());
  CHECK(set.gaps(range(9, 3)).empty());
}

TEST_CASE("range set: agrees with a set of bits") {
  std::mt19937 random(7);
  RangeSet set;
  std::bitset<64> bits;
  for (int i = 0; i < 20000; ++i) {
    const std::uint64_t begin = random() % 64, end = random() % 65;
    const bool insert = random() % 2 == 0;
    insert ? set.insert(range(begin, end)) : set.erase(range(begin, end));
    for (auto at = begin; at < end; ++at) bits[at] = insert;
    REQUIRE(set.size() == bits.count());
    const std::uint64_t from = random() % 64, to = random() % 65;
    bool all = true;
    for (auto at = from; at < to; ++at) all = all && bits[at];
    REQUIRE(set.contains(range(from, to)) == all);
    REQUIRE(set.contains(VirtAddr{from}) == bits[from]);
    std::uint64_t there = 0, missing = 0;
    for (const auto& each : set.within(range(from, to))) there += each.size();
    for (const auto& each : set.gaps(range(from, to))) missing += each.size();
    REQUIRE(there + missing == (from < to ? to - from : 0));
    for (std::size_t k = 1; k < set.ranges().size(); ++k)
      REQUIRE(set.ranges()[k - 1].end < set.ranges()[k].begin);
  }
}
