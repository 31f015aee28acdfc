// The vDSO: translated within its pages, with a description of signal frames.
#include <elf.h>

#include <fstream>
#include <random>
#include <set>

#include "proxy/symbols/elf_file.hpp"
#include "proxy/symbols/signal_frame.hpp"
#include "proxy/symbols/vdso.hpp"
#include "tests/support/catch.hpp"
#include "tests/symbols/bytes.hpp"
#include "tests/symbols/programs.hpp"

namespace rspbridge::proxy::symbols::test {
namespace {

using Catch::Matchers::ContainsSubstring;

constexpr std::size_t page = 4096;

std::filesystem::path vdso_file() {
  const auto script = std::filesystem::path(__FILE__).parent_path() / "programs/vdso.lds";
  return build(
      {"vdso.c", "gcc",
       "-O2 -s -nostdlib -fPIC -shared -Wl,--as-needed,--build-id -Wl,-T,'" + script.string() + "'"});
}

/// As the kernel maps it.
std::string pages_of(std::string file) {
  file.resize((file.size() + page - 1) / page * page);
  return file;
}

std::string made_of(const std::string& pages) {
  const auto made = translate_vdso(pages);
  INFO((made ? std::string() : made.error()));
  REQUIRE(made);
  return *made;
}

std::filesystem::path file_of(const std::string& contents) {
  const auto path = scratch() / "vdso.x86_64";
  std::ofstream(path, std::ios::binary) << contents;
  return path;
}

std::string frames_of(const std::filesystem::path& file) {
  return run("LC_ALL=C readelf -W --debug-dump=frames '" + file.string() + "'");
}

}  // namespace

TEST_CASE("vdso: its size is told by its headers") {
  const std::string file = contents_of(vdso_file());
  CHECK(vdso_size(file.substr(0, 512)).value_or(0) == file.size());
  CHECK(vdso_size(pages_of(file)).value_or(0) == file.size());
  CHECK_FALSE(vdso_size(file.substr(0, 60)));
  CHECK_FALSE(vdso_size(std::string(page, '\0')));
}

TEST_CASE("vdso: becomes x86-64's in its pages, and nothing that is loaded moves") {
  const std::string pages = pages_of(contents_of(vdso_file()));
  const std::string made = made_of(pages);
  REQUIRE(made.size() == pages.size());
  const auto before = read_sections(pages), after = read_sections(made);
  std::size_t loaded = 0;
  for (const Section& section : before) {
    if ((section.flags & SHF_ALLOC) == 0) continue;
    INFO(section.name);
    const Section& same = after.at(static_cast<std::size_t>(&section - before.data()));
    CHECK(same.name == section.name);
    CHECK(same.address == section.address);
    CHECK(same.extent.begin == section.extent.begin);
    CHECK(same.extent.end == section.extent.end);
    if (section.name != ".eh_frame")
      CHECK(made.compare(section.extent.begin, section.extent.size(), pages, section.extent.begin,
                         section.extent.size()) == 0);
    loaded = std::max<std::size_t>(loaded, section.extent.end);
  }
  const std::string said = run("LC_ALL=C readelf -hlW '" + file_of(made).string() + "'");
  CHECK_THAT(said, ContainsSubstring("X86-64") && !ContainsSubstring("rror"));
  // All there is counts as loaded, so that it is read whole whatever is known of the mapping.
  constexpr std::size_t first_header = 64;
  Cursor size(made, {0, made.size()}, "the program headers");
  size.seek(first_header + offsetof(Elf64_Phdr, p_filesz));
  const std::uint64_t end = size.uint(8);
  CHECK(end == size.uint(8));
  CHECK(end > loaded);
  for (const Section& section : after) CHECK(section.extent.end <= end);
  CHECK(after.back().header + sizeof(Elf64_Shdr) <= end);
}

TEST_CASE("vdso: the return from a signal handler is described, and the rest renumbered") {
  const std::string pages = pages_of(contents_of(vdso_file()));
  const auto at = find_sigreturns(pages);
  REQUIRE(at.size() == 1);
  char range[48];
  std::snprintf(range, sizeof range, "pc=%016llx..%016llx", static_cast<unsigned long long>(at[0] - 1),
                static_cast<unsigned long long>(at[0] + 8));
  const std::string said = frames_of(file_of(made_of(pages)));
  CHECK_THAT(said,
             ContainsSubstring(".debug_frame") && ContainsSubstring("\"zS\"") && ContainsSubstring(range));
  for (const char* rule : {"DW_CFA_def_cfa: r7 (rsp) ofs 0", "r0 (rax) at cfa+312", "r6 (rbp) at cfa+544",
                           "r15 (r15) at cfa+552", "r7 (rsp) at cfa+560", "r16 (rip) at cfa+568",
                           "r24 (xmm7) at cfa+536", "r12 (r12) at cfa+472", "DW_CFA_expression: r17 (xmm0)",
                           "DW_CFA_expression: r55 (gs)", "DW_CFA_val_expression: r49 (rflags)"})
    CHECK_THAT(said, ContainsSubstring(rule));
  // .eh_frame, as it is in every file.
  CHECK_THAT(said, ContainsSubstring("Return address column: 15") && !ContainsSubstring("(sp)"));
}

TEST_CASE("vdso: the rules read what the kernel saved") {
  const std::string frames = hex(describe_signal_frames({0x1000}));
  const auto has = [&](std::string_view part) { return frames.find(hex(bytes(part))) != std::string::npos; };
  // v13: if the record's magic isn't there, on the first page.
  CHECK(has("10 37 11  12 23 d0 04 94 04 0c 01 80 50 46 2e 1f 21  23 b0 06"));
  CHECK(has("16 31"));
  CHECK(has("23 c0 04 94 04 0a 02 02  14 4f 25 31 1a 37 24 21"));  // pstate; N
  CHECK(has("14 4e 25 31 1a 36 24 21  14 4d 25 31 1a 30 24 21  14 4c 25 31 1a 3b 24 21  16 13"));  // Z, C, V
  CHECK(frames.size() / 2 < 350);  // The kernel's vDSO has little room.
}

TEST_CASE("vdso: what can't be translated is refused in words") {
  const std::string file = contents_of(vdso_file()), pages = pages_of(file);
  const auto refused = [](const std::string& image, const char* why) {
    const auto made = translate_vdso(image);
    REQUIRE_FALSE(made);
    CHECK_THAT(made.error(), ContainsSubstring("vDSO") && ContainsSubstring(why));
  };
  refused(file, "no room");
  refused(std::string(page, '\0'), "no ELF file");
  std::string broken = pages;
  broken[find_sigreturns(pages)[0] + 4] ^= 0x20;  // another call than svc #0
  refused(broken, "no code for the return from a signal handler");
  broken = pages;
  put_uint(broken, offsetof(Elf64_Ehdr, e_shoff), 8, 0);
  refused(broken, "no sections");
  CHECK_FALSE(vdso_size(broken));
  refused(pages_of(contents_of(build({"plain.c", "gcc", "-O2"}))), "more is loaded than one whole segment");
}

TEST_CASE("vdso: with little room sections that nobody needs are left out, with less it is refused") {
  const std::string file = contents_of(vdso_file());
  const auto sections_with = [&](std::size_t more) -> std::size_t {
    std::string image = file;
    image.resize(file.size() + more);
    const auto made = translate_vdso(image);
    if (!made) return 0;
    CHECK(made->size() == image.size());
    CHECK_THAT(frames_of(file_of(*made)), ContainsSubstring("r16 (rip) at cfa+568"));
    const auto sections = read_sections(*made);
    CHECK(sections.at(sections.size() - 2).name == ".debug_frame");
    return sections.size();
  };
  std::set<std::size_t> counts;
  std::size_t last = 0;
  for (std::size_t more = 0; more < 640; more += 8) {
    const std::size_t count = sections_with(more);
    CHECK(count >= last);
    counts.insert(last = count);
  }
  CHECK(counts == std::set<std::size_t>{0, 9, 12});
}

TEST_CASE("vdso: code is never changed, whatever the headers say") {
  const std::string pages = pages_of(contents_of(vdso_file()));
  std::string broken = pages;
  for (const Section& section : read_sections(pages))
    if (section.name == ".eh_frame")  // Its registers are to be renumbered, and it is code.
      put_uint(broken, section.header + offsetof(Elf64_Shdr, sh_flags), 8, SHF_ALLOC | SHF_EXECINSTR);
  const auto made = translate_vdso(broken);
  REQUIRE_FALSE(made);
  CHECK_THAT(made.error(), ContainsSubstring(".eh_frame shares bytes with what isn't code"));
}

TEST_CASE("vdso: broken ones are translated or refused") {
  const std::string pages = pages_of(contents_of(vdso_file()));
  const std::uint64_t size = vdso_size(pages).value();
  std::mt19937 random(11);
  for (int i = 0; i < 4000; ++i) {
    std::string broken = pages;
    for (auto hits = 1 + random() % 4; hits > 0; --hits)
      broken[random() % (i % 2 != 0 ? size : 0x110)] = static_cast<char>(random());
    const auto made = translate_vdso(broken);
    if (made)
      CHECK(made->size() == pages.size());
    else
      CHECK_THAT(made.error(), ContainsSubstring("vDSO"));
    static_cast<void>(vdso_size(broken));
  }
}

TEST_CASE("vdso: gdb takes it for an x86-64 file without a word") {
  const auto file = file_of(made_of(pages_of(contents_of(vdso_file()))));
  const std::string said =
      run("HOME=/nonexistent gdb -nx -q -batch -iex 'set debuginfod enabled off' -ex 'show architecture' "
          "-ex 'info address __kernel_getcpu' '" +
          file.string() + "'");
  CHECK_THAT(said, ContainsSubstring("i386:x86-64") && ContainsSubstring("__kernel_getcpu\" is at"));
  CHECK_THAT(said, !ContainsSubstring("warning") && !ContainsSubstring("rror"));
}

}  // namespace rspbridge::proxy::symbols::test
