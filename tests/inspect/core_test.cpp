// What is read for core files.
#include <algorithm>
#include <fstream>
#include <string>

#include "tests/inspect/stub.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge;
using namespace rspbridge::proxy::inspect;
using rspbridge::proxy::inspect::test::Target;

namespace {

constexpr std::uint64_t page_size = 4096, first_address = 0x10000000;

const std::string anonymous = "10000000-14000000 rw-p 00000000 00:00 0 \nVmFlags: rd wr mr mw \n";
const std::string of_a_file = "10000000-14000000 rw-p 00000000 fd:01 9 /srv/x\nVmFlags: rd wr mr mw \n";

char varied(std::uint64_t address) {
  return static_cast<char>(address * 7 / 3);
}

// Peak of this process's memory, without what it shares with others, in KiB.
long peak() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
  return -1;
}

}  // namespace

TEST_CASE("pages are read whole, and those that can't be are told") {
  Target target(of_a_file);
  target.stub.byte_at = varied;
  target.stub.unreadable.insert({{first_address + page_size}, {first_address + 2 * page_size}});
  target.stub.unreadable.insert({{first_address + 7 * page_size}, {first_address + 9 * page_size}});
  const auto pages =
      target.run(target.inspector.read_pages({{first_address}, {first_address + 16 * page_size}}));
  REQUIRE(pages);
  CHECK(pages->stop_id == 7);
  REQUIRE(pages->bytes.size() == 16 * page_size);
  CHECK(pages->holes == std::vector<memmap::AddressRange>{
                            {{first_address + page_size}, {first_address + 2 * page_size}},
                            {{first_address + 7 * page_size}, {first_address + 9 * page_size}}});
  bool right = true;
  for (std::uint64_t i = 0; i < pages->bytes.size(); ++i) {
    const bool hole = i / page_size == 1 || i / page_size == 7 || i / page_size == 8;
    right = right && pages->bytes[i] == (hole ? '\0' : varied(first_address + i));
  }
  CHECK(right);
  CHECK(target.stub.parts_of_files == 0);
}

TEST_CASE("64 MiB of pages leave nothing behind") {
  Target target(of_a_file);
  const long before = peak();
  std::uint64_t bytes = 0;
  for (std::uint64_t at = first_address; at < first_address + (64 << 20); at += 1 << 18) {
    const auto pages = target.run(target.inspector.read_pages({{at}, {at + (1 << 18)}}));
    REQUIRE(pages);
    bytes += pages->bytes.size();
  }
  CHECK(bytes == 64 << 20);
  CHECK(target.stub.read == 64 << 20);
  CHECK(target.inspector.populated({{0}, {std::uint64_t{1} << 48}}) == 0);
  CHECK(peak() - before < 16 << 10);
}

TEST_CASE("pages that the program never touched are zeros without being read") {
  Target target(anonymous);
  target.stub.byte_at = varied;
  target.stub.pagemap_page = first_address / page_size;
  std::string entries(64 * 8, '\0');
  for (const int present : {0, 5}) entries[static_cast<std::size_t>(present) * 8 + 7] = '\x81';
  entries[9 * 8 + 7] = '\x40';  // swapped out
  target.stub.pagemap = entries;
  const auto pages =
      target.run(target.inspector.read_pages({{first_address}, {first_address + 64 * page_size}}));
  REQUIRE(pages);
  CHECK(pages->holes.empty());
  CHECK(target.stub.read == 3 * page_size);
  bool right = true;
  for (std::uint64_t i = 0; i < pages->bytes.size(); ++i) {
    const bool there = i / page_size == 0 || i / page_size == 5 || i / page_size == 9;
    right = right && pages->bytes[i] == (there ? varied(first_address + i) : '\0');
  }
  CHECK(right);
}

TEST_CASE("untouched pages are only guessed where it is sure what they hold") {
  const std::string userfault = "10000000-14000000 rw-p 00000000 00:00 0 \nVmFlags: rd wr um \n";
  const std::string shared =
      "10000000-14000000 rw-s 00000000 00:01 9 /dev/zero (deleted)\nVmFlags: rd wr sh \n";
  const std::string without_flags = "10000000-14000000 rw-p 00000000 00:00 0 \n";
  for (const auto& smaps : {of_a_file, userfault, shared, without_flags}) {
    Target target(smaps);
    if (smaps == without_flags) {
      target.stub.files.clear();
      target.stub.files["/proc/42/maps"] = smaps;
    }
    target.stub.pagemap = std::string(64 * 8, '\0');
    target.stub.pagemap_page = first_address / page_size;
    const auto pages =
        target.run(target.inspector.read_pages({{first_address}, {first_address + 64 * page_size}}));
    REQUIRE(pages);
    CHECK(pages->bytes == std::string(64 * page_size, 'm'));
    CHECK(target.stub.parts_of_files == 0);
  }
  Target target(anonymous);  // the target doesn't tell
  CHECK(target.run(target.inspector.read_pages({{first_address}, {first_address + page_size}}))->bytes ==
        std::string(page_size, 'm'));
  CHECK(target.run(target.inspector.read_pages({{first_address}, {first_address + page_size}}))->bytes ==
        std::string(page_size, 'm'));
  CHECK(target.stub.parts_of_files == 1);
}

TEST_CASE("a device's memory isn't read, nor that of a running target") {
  Target target("10000000-14000000 rw-s 00000000 00:05 9 /dev/card0\nVmFlags: rd wr pf io \n");
  const auto refused =
      target.run(target.inspector.read_pages({{first_address}, {first_address + page_size}}));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().problem == Problem::unreadable);
  CHECK(target.stub.read == 0);
  target.stub.now.running = true;
  CHECK(target.run(target.inspector.read_pages({{first_address}, {first_address + page_size}}))
            .error()
            .problem == Problem::running);
}
