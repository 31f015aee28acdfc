#include "memmap/vma.hpp"

#include <string>

#include "tests/support/catch.hpp"

using rspbridge::memmap::VirtAddr;
using rspbridge::memmap::VmaMap;

namespace {
const std::string sample =
    "aaaaaaaa0000-aaaaaaaa2000 r-xp 00000000 fe:00 4242                       /opt/my prog\n"
    "aaaaaaab1000-aaaaaaab3000 rw-p 00001000 fe:00 4242                       /opt/my prog\n"
    "aaaaaaab3000-aaaaaaad4000 rw-p 00000000 00:00 0                          [heap]\n"
    "fffff7dd0000-fffff7dd1000 rw-s 00000000 00:05 7                          /dev/fb0\n"
    "fffff7dd1000-fffff7dd2000 rw-p 00000000 00:05 8                          /dev/mem\n"
    "fffff7ffa000-fffff7ffc000 r--p 00000000 00:00 0                          [vvar]\n"
    "fffff7ffc000-fffff7ffd000 ---p 00000000 00:00 0 \n";
}

TEST_CASE("the fields of /proc/PID/maps") {
  auto map = VmaMap::parse_maps(sample);
  REQUIRE(map);
  REQUIRE(map->vmas().size() == 7);
  const auto& text = map->vmas()[0];
  CHECK(text.range.begin.value == 0xaaaaaaaa0000);
  CHECK(text.range.size() == 0x2000);
  CHECK(text.readable);
  CHECK_FALSE(text.writable);
  CHECK(text.executable);
  CHECK_FALSE(text.shared);
  CHECK(text.device_major == 0xfe);
  CHECK(text.inode == 4242);
  CHECK(text.path == "/opt/my prog");
  CHECK(map->vmas()[1].offset == 0x1000);
  CHECK(map->vmas()[3].shared);
  CHECK(map->vmas()[6].path.empty());
}

TEST_CASE("an address finds its VMA, and gaps find none") {
  auto map = VmaMap::parse_maps(sample);
  REQUIRE(map);
  struct Row {
    std::uint64_t address;
    int index;
  };
  for (auto [address, index] :
       {Row{0, -1}, Row{0xaaaaaaa9ffff, -1}, Row{0xaaaaaaaa0000, 0}, Row{0xaaaaaaaa1fff, 0},
        Row{0xaaaaaaaa2000, -1}, Row{0xaaaaaaab3000, 2}, Row{~std::uint64_t{0}, -1}}) {
    INFO(address);
    const auto* vma = map->find(VirtAddr{address});
    if (index < 0)
      CHECK(vma == nullptr);
    else
      CHECK(vma == &map->vmas()[static_cast<std::size_t>(index)]);
  }
}

TEST_CASE("only private, readable memory that is no device's is plain") {
  auto map = VmaMap::parse_maps(sample);
  REQUIRE(map);
  std::string plain;
  for (const auto& vma : map->vmas()) plain += vma.is_plain_memory() ? 'y' : 'n';
  CHECK(plain == "yyynnnn");
}

TEST_CASE("what is no map is refused whole") {
  for (const std::string bad :
       {"garbage", "1000-2000", "2000-1000 r--p 0 0:0 0", "1000-1000 r--p 0 0:0 0", "1000-2000 rwzp 0 0:0 0",
        "1000-2000 r--p 0 0:0 0\n1800-3000 r--p 0 0:0 0\n",
        "3000-4000 r--p 0 0:0 0\n1000-2000 r--p 0 0:0 0\n", "10000000000000000-2 r--p 0 0:0 0"}) {
    INFO(bad);
    CHECK_FALSE(VmaMap::parse_maps(bad));
  }
  auto empty = VmaMap::parse_maps("");
  REQUIRE(empty);
  CHECK(empty->vmas().empty());
}
