#include "memmap/smaps.hpp"

#include <algorithm>
#include <chrono>
#include <string>

#include "memmap/delve.hpp"
#include "memmap/labels.hpp"
#include "tests/memmap/support.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::memmap;

namespace {
const std::string sample =
    "aaaaaaaa0000-aaaaaaaa2000 r-xp 00001000 b3:02 4242                       /opt/my prog\n"
    "Size:                  8 kB\n"
    "KernelPageSize:        4 kB\n"
    "Rss:                   8 kB\n"
    "Pss:                   3 kB\n"
    "Private_Clean:         1 kB\n"
    "Private_Dirty:         2 kB\n"
    "Anonymous:             4 kB\n"
    "THPeligible:           0\n"
    "SomethingNew: %%%\n"
    "VmFlags: rd ex mr mw me zz \n"
    "aaaaaaab3000-aaaaaaad4000 rw-p 00000000 00:00 0                          [heap]\n"
    "Rss:                  12 kB\n"
    "VmFlags: rd wr mr mw me ac mt\n"
    "fffff7dd0000-fffff7dd1000 rw-s 00003000 00:05 7                          /dev/fb0\n"
    "VmFlags: rd wr sh io pf dd de\n"
    "fffff7dd1000-fffff7dd2000 rw-s 00003000 00:05 8                          /dev/shm/x\n"
    "VmFlags: rd wr sh\n";
}  // namespace

TEST_CASE("smaps: the details of a VMA") {
  const auto map = parse_smaps(sample);
  REQUIRE(map);
  CHECK(map->source() == MapSource::smaps);
  REQUIRE(map->vmas().size() == 4);
  const auto& text = map->vmas()[0];
  CHECK(text.path == "/opt/my prog");
  REQUIRE(text.details);
  CHECK(text.details->rss == 8192);
  CHECK(text.details->pss == 3072);
  CHECK(text.details->private_clean == 1024);
  CHECK(text.details->private_dirty == 2048);
  CHECK(text.details->anonymous == 4096);
  CHECK(text.details->kernel_page_size == 4096);
  CHECK(text.details->flags.text() == "rd ex mr mw me");
  CHECK_FALSE(text.details->flags.has(VmFlag::mte));
  CHECK(map->vmas()[1].details->flags.has(VmFlag::mte));
  CHECK(map->vmas()[1].details->kernel_page_size == 0);
}

TEST_CASE("smaps: what is none is refused whole") {
  for (const std::string bad :
       {"Rss: 4 kB\n", "1000-2000 r--p 0 0:0 0\nRss: x kB\n", "1000-2000 r--p 0 0:0 0\nRss: 4\n",
        "1000-2000 r--p 0 0:0 0\nRss: 18014398509481984 kB\n", "1000-2000 r--p 0 0:0 0\n\n",
        "1000-2000 r--p 0 0:0 0\nRss: 4 MB\n",
        "1000-3000 r--p 0 0:0 0\nRss: 4 kB\n2000-4000 r--p 0 0:0 0\n"}) {
    INFO(bad);
    CHECK_FALSE(parse_smaps(bad));
  }
  CHECK(parse_smaps("1000-2000 r--p 0 0:0 0\nRss: 18014398509481983 kB"));
}

TEST_CASE("smaps of this process agrees with its maps") {
  const auto smaps = test::file_text("/proc/self/smaps"), maps = test::file_text("/proc/self/maps");
  const auto map = parse_smaps(smaps);
  const auto plain = VmaMap::parse_maps(maps);
  REQUIRE(map);
  REQUIRE(plain);
  CHECK(plain->source() == MapSource::maps);
  int same = 0;
  for (const auto& vma : plain->vmas()) {
    CHECK_FALSE(vma.details);
    const auto* other = map->find(vma.range.begin);  // the heap may have grown in between
    same += other != nullptr && other->range == vma.range && other->path == vma.path &&
            other->offset == vma.offset;
  }
  CHECK(same + 3 >= static_cast<int>(plain->vmas().size()));
  const int here = 0;
  const auto* stack = map->find(VirtAddr{reinterpret_cast<std::uint64_t>(&here)});
  REQUIRE(stack != nullptr);
  CHECK(stack->path == "[stack]");
  REQUIRE(stack->details);
  CHECK(stack->details->flags.has(VmFlag::grows_down));
  CHECK(stack->details->rss >= 4096);
  CHECK(stack->details->kernel_page_size == 4096);
}

TEST_CASE("smaps: random bytes never harm", "[fuzz]") {
  test::mutate(sample, 3000, [](const std::string& text) {
    if (const auto map = parse_smaps(text))
      for (const auto& vma : map->vmas()) CHECK(vma.range.begin < vma.range.end);
  });
}

TEST_CASE("measure: smaps: parsing 5,000 VMAs", "[.measure]") {
  std::string text;
  const auto details = test::file_text("/proc/self/smaps").substr(0, 1000);
  const auto body =
      details.substr(details.find('\n') + 1, details.find("VmFlags:") - details.find('\n') - 1) +
      "VmFlags: rd wr mr mw me ac sd \n";
  for (int i = 0; i < 5000; ++i) {
    char line[80];
    std::snprintf(line, sizeof line, "%x000-%x800 rw-p 00000000 00:00 0 \n", i + 16, i + 16);
    text += line + body;
  }
  double best = 1e9;
  for (int i = 0; i < 10; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const auto map = parse_smaps(text);
    const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - begin;
    REQUIRE(map);
    REQUIRE(map->vmas().size() == 5000);
    best = std::min(best, time.count());
  }
  test::measured("parse smaps of 5,000 VMAs (best of 10)", best, "ms");
}

TEST_CASE("Delve's entries") {
  const auto map = parse_smaps(sample);
  REQUIRE(map);
  const std::vector<DelveEntry> expected{
      {0xaaaaaaaa0000, 0x2000, true, false, true, "/opt/my prog", 0x1000},
      {0xaaaaaaab3000, 0x21000, true, true, false, "", 0},
      {0xfffff7dd1000, 0x1000, true, true, false, "", 0},
  };
  CHECK(delve_entries(*map) == expected);
  const auto plain = VmaMap::parse_maps("1000-2000 rw-s 00003000 00:05 7 /dev/fb0\n");
  REQUIRE(plain);
  CHECK(delve_entries(*plain).size() == 1);
}

TEST_CASE("labels of VMAs") {
  const auto map = VmaMap::parse_maps(
      "1000-2000 r-xp 00000000 b3:02 42 /bin/prog\n"
      "3000-4000 rw-p 00000000 00:00 0 [heap]\n"
      "5000-6000 rw-p 00000000 00:00 0 [anon:pool]\n"
      "7000-8000 ---p 00000000 00:00 0 \n"
      "8000-9000 rw-p 00000000 00:00 0 \n"
      "9000-a000 ---p 00000000 00:00 0 \n"
      "b000-c000 rw-p 00000000 00:00 0 \n"
      "d000-e000 ---p 00000000 00:00 0 \n"
      "e000-f000 rw-p 00000000 00:00 0 [stack]\n"
      "f000-10000 r-xp 00000000 00:00 0 [vdso]\n");
  REQUIRE(map);
  // A stack pointer in the heap (a coroutine), in text, in a gap, and two threads on one stack.
  const std::vector<ThreadStack> threads{{10, VirtAddr{0xe800}}, {11, VirtAddr{0x8ff0}},
                                         {12, VirtAddr{0x8100}}, {13, VirtAddr{0x3100}},
                                         {14, VirtAddr{0x1100}}, {15, VirtAddr{0x4500}}};
  const std::vector<std::string> expected{"", "[heap]", "[anon:pool]", "[guard:11]", "[stack:11]",
                                          "", "",       "[guard]",     "[stack]",    "[vdso]"};
  CHECK(labels(*map, threads) == expected);
  CHECK(labels(VmaMap{}, threads).empty());
}
