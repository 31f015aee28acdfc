// The notes of a process in a core file.
#include "memmap/core_notes.hpp"

#include <elf.h>

#include <string>

#include "memmap/elf_bytes.hpp"
#include "tests/memmap/support.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::memmap;

namespace {

const std::string stat_text =
    "4711 (a) (b) t 17 18 19 34816 18 4194560 145 0 0 0 0 0 0 0 20 -5 1 0 9137 2940928 318 "
    "18446744073709551615";
const std::string status_text = "Name:\ta) (b\nUid:\t1000\t0\t0\t0\nGid:\t1001\t0\t0\t0\n";

}  // namespace

TEST_CASE("what /proc tells of a process") {
  using namespace std::string_literals;
  const auto info = parse_process(stat_text, status_text, "/bin/prog\0one\0two words\0"s);
  REQUIRE(info);
  CHECK(info->pid == 4711);
  CHECK(info->name == "a) (b");
  CHECK(info->state == 't');
  CHECK(info->parent == 17);
  CHECK(info->group == 18);
  CHECK(info->session == 19);
  CHECK(info->flags == 4194560);
  CHECK(info->nice == -5);
  CHECK(info->user == 1000);
  CHECK(info->user_group == 1001);
  CHECK(info->arguments == "/bin/prog one two words");
  for (const auto* bad :
       {"", "4711", "4711 (a", "4711 (a)", "4711 (a) t", "x (a) t 1 2 3", "1 (a) t 1 2 3 4 5 6 7"})
    CHECK_FALSE(parse_process(bad, status_text, ""));
  CHECK_FALSE(parse_process(stat_text, "Uid:\t1\n", ""));
  CHECK_FALSE(parse_process(stat_text, "\nUid:\tx\nGid:\t1\n", ""));
}

TEST_CASE("damaged texts of /proc give a process or nothing") {
  test::mutate(stat_text, 2000, [](const std::string& text) {
    const auto info = parse_process(text, status_text, text);
    if (info) CHECK(process_note(*info).descriptor.size() == 136);
  });
  test::mutate(status_text, 2000, [](const std::string& text) {
    const auto info = parse_process(stat_text, text, text);
    if (info) CHECK(info->pid == 4711);
  });
}

TEST_CASE("the kernel's structures") {
  auto info = *parse_process(stat_text, status_text, std::string(200, 'x'));
  info.state = 'S';
  const auto process = process_note(info);
  CHECK(process.type == NT_PRPSINFO);
  REQUIRE(process.descriptor.size() == 136);
  CHECK(process.descriptor.substr(0, 4) == std::string("\1S\0\xfb", 4));
  CHECK(struct_at<std::uint32_t>(process.descriptor, 16) == 1000u);
  CHECK(struct_at<std::int32_t>(process.descriptor, 24) == 4711);
  CHECK(process.descriptor.substr(40, 6) == std::string("a) (b\0", 6));
  CHECK(process.descriptor.substr(134) == std::string("x\0", 2));
  const auto status = status_note(info, 4712, 11, std::string(272, 'r'));
  CHECK(status.type == NT_PRSTATUS);
  REQUIRE(status.descriptor.size() == 392);
  CHECK(struct_at<std::int32_t>(status.descriptor, 0) == 11);
  CHECK(struct_at<std::int16_t>(status.descriptor, 12) == std::int16_t{11});
  CHECK(struct_at<std::int32_t>(status.descriptor, 32) == 4712);
  CHECK(struct_at<std::int32_t>(status.descriptor, 36) == 17);
  CHECK(status.descriptor.substr(112, 272) == std::string(272, 'r'));
  CHECK(struct_at<std::int32_t>(status.descriptor, 384) == 1);
}

TEST_CASE("the files of a map") {
  const auto map = VmaMap::parse_maps(
      "00400000-00402000 r-xp 00003000 fd:01 77 /bin/a\n"
      "00410000-00412000 rw-p 00000000 00:00 0 [heap]\n"
      "00420000-00422000 rw-p 00000000 00:00 0 \n"
      "00430000-00432000 rw-p 00000000 fd:01 78 /lib/b c (deleted)\n");
  REQUIRE(map);
  const auto note = file_note(*map, 4096);
  CHECK(note.type == NT_FILE);
  const std::uint64_t numbers[] = {2, 4096, 0x400000, 0x402000, 3, 0x430000, 0x432000, 0};
  for (std::size_t i = 0; i < std::size(numbers); ++i)
    CHECK(struct_at<std::uint64_t>(note.descriptor, i * 8) == numbers[i]);
  CHECK(note.descriptor.substr(64) == std::string("/bin/a\0/lib/b c (deleted)\0", 26));
}
