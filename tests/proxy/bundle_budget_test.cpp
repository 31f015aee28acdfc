// How much comes unasked with a stop over a slow link.
#include "proxy/near/bundle_budget.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include "tests/support/catch.hpp"
#include "tests/support/stopped_stub.hpp"

using namespace rspbridge;
using Budget = proxy::near::BundleBudget;
using std::chrono::milliseconds;

namespace {

proxy::link::LinkFigures link_of(int rtt_ms, std::uint64_t bandwidth, std::uint64_t received = 0) {
  proxy::link::LinkFigures link{.rtt = milliseconds(rtt_ms), .bandwidth = bandwidth};
  link.counters.received.wire = received;
  return link;
}

}  // namespace

TEST_CASE("the budget is what the link carries in a round trip, within bounds") {
  CHECK(Budget::bytes(link_of(100, 2'500'000)) == 250'000);
  CHECK(Budget::bytes(link_of(1, 2'500'000)) == 62'500);  // in 25 ms
  CHECK(Budget::bytes(link_of(100, 1000)) == Budget::floor);
  CHECK(Budget::bytes(link_of(100, 100'000'000)) == Budget::ceiling);
  CHECK(Budget::bytes({.rtt = milliseconds(100)}) == std::nullopt);
  CHECK(Budget::bytes({.bandwidth = 1}) == std::nullopt);
}

TEST_CASE("a bundle above the budget makes the next one smaller, and cheap ones make it larger again") {
  Budget budget;
  std::uint64_t received = 5000;
  const auto bundle = [&](std::size_t things, std::uint64_t each) {
    budget.passed(link_of(100, 100'000, received));
    budget.stopped(things);
    for (std::size_t i = 0; i < things; ++i) budget.came(link_of(100, 100'000, received += each));
  };
  CHECK(budget.things() == Budget::most_things);
  bundle(40, 1000);  // 40,000 bytes; the link carries 10,000 in a round trip
  CHECK(budget.things() == 10);
  bundle(10, 1000);
  CHECK(budget.things() == 20);
  bundle(20, 5000);
  CHECK(budget.things() == Budget::fewest_things);
  for (int i = 0; i < 10; ++i) bundle(4, 10);
  CHECK(budget.things() == Budget::most_things);
  CHECK(budget.bundles() == 13);
  CHECK(budget.wire() == 40'000 + 10'000 + 100'000 + 400);
}

TEST_CASE("what came before the stop isn't the bundle's") {
  Budget budget;
  budget.passed(link_of(100, 100'000, 2'000'000));
  budget.stopped(2);
  budget.came(link_of(100, 100'000, 2'000'100));
  budget.passed(link_of(100, 100'000, 2'000'150));  // amid the bundle
  budget.came(link_of(100, 100'000, 2'000'200));
  CHECK(budget.wire() == 200);
  CHECK(budget.things() == Budget::most_things);
}

TEST_CASE("over a slow link fewer pages come with a stop, the latest ones") {
  using tests::stopped::Stub;
  const auto pages_at_stop = [](Stub& stub) {
    stub.asked.clear();
    stub.gdb("vCont;s:p1.1");
    stub.serve();
    return std::count_if(stub.asked.begin(), stub.asked.end(),
                         [](const std::string& packet) { return packet.starts_with('m'); });
  };
  Stub fast, slow;
  slow.d.figures = link_of(100, 400'000);
  for (Stub* stub : {&fast, &slow}) {
    stub->maps_now = "00400000-00420000 r-xp 00000000 fd:01 77 /srv/app\n" +
                     tests::stopped::maps.substr(tests::stopped::maps.rfind("fffff000"));
    stub->gdb("vCont;s:p1.1");
    for (int page = 0; page < 32; page += 2)
      stub->gdb("m" + rsp::format_hex(0x400000 + page * 0x1000) + ",4");
    CHECK(pages_at_stop(*stub) >= 16);  // what that costs was known to neither
  }
  CHECK(pages_at_stop(fast) >= 16);
  CHECK(pages_at_stop(slow) <= 8);
}

TEST_CASE("round trips are counted by packet") {
  tests::stopped::Stub stub;
  stub.gdb("vCont;s:p1.1");
  stub.serve();
  stub.gdb("g");          // came with the stop
  stub.gdb("m400ff0,4");  // its page, too
  stub.gdb("qOffsets");
  std::map<std::string_view, std::uint64_t> trips;
  for (const auto& row : stub.d.knowledge().report().round_trips) trips[row.packet] = row.count;
  CHECK(trips["vCont;"] == 1);
  CHECK(trips["qOffsets"] == 1);
  CHECK(trips["g"] == 0);
  CHECK(trips["m"] == 0);
}

TEST_CASE("threads of a list that comes in parts are known to live") {
  tests::stopped::Stub stub;
  stub.instead["qXfer:threads:read::0,1000"] = "m<threads><thread id=\"p1.1\"/><thr";
  stub.instead["qXfer:threads:read::20,1000"] = "mead id=\"p1.2\"/><thread id=\"p1.3\"/>";
  stub.instead["qXfer:threads:read::42,1000"] = "l</threads>";
  stub.gdb("vCont;s:p1.1");
  stub.serve();
  CHECK(stub.cost({"qXfer:threads:read::0,1000", "Hgp1.1", "Hgp1.2", "Hgp1.3"}) == 0);
  CHECK(stub.cost({"Hgp1.4"}) == 1);
}
