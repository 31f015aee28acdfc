// Core files, read back.
#include "memmap/core_file.hpp"

#include <elf.h>

#include <string>
#include <vector>

#include "memmap/core_notes.hpp"
#include "memmap/elf_bytes.hpp"
#include "memmap/smaps.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::memmap;

namespace {

constexpr std::uint64_t page_size = 4096;

CoreSegment segment(std::uint64_t begin, std::uint64_t end, bool dumped = true) {
  return {{{begin}, {end}}, true, false, false, dumped};
}

struct Load {
  std::uint64_t vaddr, offset, filesz, memsz;
  bool operator==(const Load&) const = default;
};

// A whole file: each byte of the memory is the number of its page.
std::string whole(const CoreFile& core, const RangeSet& holes) {
  std::string bytes = core.head();
  for (const auto& range : core.memory())
    for (auto at = range.begin.value; at < range.end.value; at += page_size)
      bytes.append(page_size, static_cast<char>(at / page_size));
  const auto table = core.table(holes);
  REQUIRE(table);
  bytes += *table;
  CHECK(bytes.size() == core.length());
  return bytes;
}

std::vector<Elf64_Phdr> headers_of(const std::string& file) {
  const auto header = struct_at<Elf64_Ehdr>(file, 0).value();
  std::uint64_t count = header.e_phnum;
  if (count == PN_XNUM) count = struct_at<Elf64_Shdr>(file, header.e_shoff).value().sh_info;
  std::vector<Elf64_Phdr> headers;
  for (std::uint64_t i = 0; i < count; ++i)
    headers.push_back(struct_at<Elf64_Phdr>(file, header.e_phoff + i * sizeof(Elf64_Phdr)).value());
  return headers;
}

std::vector<Load> loads_of(const std::string& file) {
  std::vector<Load> loads;
  for (const auto& header : headers_of(file))
    if (header.p_type == PT_LOAD)
      loads.push_back({header.p_vaddr, header.p_offset, header.p_filesz, header.p_memsz});
  return loads;
}

}  // namespace

TEST_CASE("a core file holds notes, memory and the rights to it") {
  CoreContents contents{EM_AARCH64, page_size, {{"CORE", NT_AUXV, "12345"}, {"LINUX", 0x401, "tls"}}, {}};
  contents.segments = {segment(0x10000, 0x12000), segment(0x20000, 0x23000, false)};
  contents.segments[0].writable = true;
  contents.segments[1].readable = false;
  const auto file = whole(CoreFile(contents), {});
  const auto header = struct_at<Elf64_Ehdr>(file, 0).value();
  CHECK(file.starts_with(ELFMAG));
  CHECK(header.e_type == ET_CORE);
  CHECK(header.e_machine == EM_AARCH64);
  CHECK(header.e_shnum == 0);
  const auto headers = headers_of(file);
  REQUIRE(headers[0].p_type == PT_NOTE);
  CHECK(headers[1].p_flags == (PF_R | PF_W));
  CHECK(headers[2].p_flags == 0);
  CHECK(loads_of(file) ==
        std::vector<Load>{{0x10000, page_size, 0x2000, 0x2000}, {0x20000, 3 * page_size, 0, 0x3000}});
  CHECK(file[page_size] == 0x10);
  CHECK(file[3 * page_size - 1] == 0x11);
  const auto notes = file.substr(headers[0].p_offset, headers[0].p_filesz);
  CHECK(notes == std::string("\5\0\0\0\5\0\0\0\6\0\0\0CORE\0\0\0\0"
                             "12345\0\0\0"
                             "\6\0\0\0\3\0\0\0\1\4\0\0LINUX\0\0\0tls\0",
                             52));
}

TEST_CASE("no program header leads to what can't be read") {
  const CoreFile core({EM_AARCH64, page_size, {}, {segment(0x10000, 0x18000), segment(0x20000, 0x22000)}});
  const struct {
    std::vector<AddressRange> holes;
    std::vector<Load> loads;
  } rows[] = {
      {{{{0x12000}, {0x13000}}},
       {{0x10000, 0x1000, 0x2000, 0x2000},
        {0x12000, 0x3000, 0, 0x1000},
        {0x13000, 0x4000, 0x5000, 0x5000},
        {0x20000, 0x9000, 0x2000, 0x2000}}},
      {{{{0x10000}, {0x18000}}}, {{0x10000, 0x1000, 0, 0x8000}, {0x20000, 0x9000, 0x2000, 0x2000}}},
      {{{{0x10000}, {0x11000}}, {{0x21000}, {0x22000}}},
       {{0x10000, 0x1000, 0, 0x1000},
        {0x11000, 0x2000, 0x7000, 0x7000},
        {0x20000, 0x9000, 0x1000, 0x1000},
        {0x21000, 0xa000, 0, 0x1000}}},
  };
  for (const auto& row : rows) {
    RangeSet holes;
    for (const auto& hole : row.holes) holes.insert(hole);
    CHECK(loads_of(whole(core, holes)) == row.loads);
  }
}

TEST_CASE("more holes than there is room for are told") {
  const CoreFile core({EM_AARCH64, page_size, {}, {segment(0x100000, 0x200000)}});
  RangeSet holes;
  for (std::uint64_t at = 0x101000; at < 0x122000; at += 0x2000) holes.insert({{at}, {at + page_size}});
  CHECK(holes.count() == 17);
  CHECK(core.table(holes));
  for (std::uint64_t at = 0x123000; at < 0x1f0000; at += 0x2000) holes.insert({{at}, {at + page_size}});
  CHECK_FALSE(core.table(holes));
}

TEST_CASE("the number of program headers may be beyond 65,534") {
  for (const std::size_t count : {std::size_t{32000}, std::size_t{70000}}) {
    CoreContents contents{EM_AARCH64, page_size, {}, {}};
    for (std::size_t i = 0; i < count; ++i)
      contents.segments.push_back(segment(0x10000 + i * 0x2000, 0x11000 + i * 0x2000, i % 70 == 0));
    const auto file = whole(CoreFile(contents), {});
    CHECK((struct_at<Elf64_Ehdr>(file, 0)->e_phnum == PN_XNUM) == (count > 65000));
    const auto loads = loads_of(file);
    REQUIRE(loads.size() == count);
    CHECK(loads.back().vaddr == 0x10000 + (count - 1) * 0x2000);
  }
}

TEST_CASE("what is dumped") {
  const struct {
    const char *line, *flags;
    bool dumped;
  } rows[] = {
      {"00400000-00402000 r-xp 00000000 fd:01 77 /bin/a", "rd ex", true},
      {"00400000-00402000 rw-p 00000000 00:00 0 [heap]", "rd wr", true},
      {"00400000-00402000 ---p 00000000 00:00 0 ", "mr", false},
      {"00400000-00402000 rw-p 00000000 00:00 0 ", "rd wr dd", false},
      {"00400000-00402000 rw-s 00000000 00:05 9 /dev/card0", "rd wr pf io", false},
      {"00400000-00402000 r--p 00000000 00:00 0 [vvar]", "rd", false},
      {"00400000-00402000 r-xp 00000000 00:00 0 [vdso]", "rd ex de", true},
      {"00400000-00402000 rw-s 00000000 fd:01 9 /srv/data", "rd wr sh", false},
      {"00400000-00402000 rw-s 00000000 00:01 9 /dev/zero (deleted)", "rd wr sh", true},
      {"00400000-00402000 rw-s 00000000 00:01 9 /memfd:x (deleted)", "rd wr sh", true},
  };
  for (const auto& row : rows) {
    const auto map = parse_smaps(std::string(row.line) + "\nVmFlags: " + row.flags + " \n");
    REQUIRE(map);
    const auto segments = core_segments(*map);
    REQUIRE(segments.size() == 1);
    INFO(row.line);
    CHECK(segments[0].dumped == row.dumped);
  }
}
