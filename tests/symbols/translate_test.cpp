#include "proxy/symbols/translate.hpp"

#include <elf.h>
#include <zlib.h>

#include "proxy/symbols/elf_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/symbols/programs.hpp"

namespace rspbridge::proxy::symbols::test {
namespace {

using Catch::Matchers::ContainsSubstring;

unsigned long crc(const std::string& bytes) {
  return ::crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

std::string with(std::string file, std::size_t at, std::string_view bytes) {
  return file.replace(at, bytes.size(), bytes);
}

const std::string& program() {
  static const std::string bytes = contents_of(build({"registers.cpp", "gcc", "-O2 -g"}));
  return bytes;
}

}  // namespace

TEST_CASE("translate: the size and the CRC-32 stay, the machine is x86-64") {
  const auto made = translate(program(), "app");
  REQUIRE(made);
  // Only signed return addresses make a file grow, and a distribution's startup files may have some.
  CHECK((made->bytes.size() == program().size() || made->counts.signed_returns > 0));
  CHECK(made->bytes != program());
  CHECK(crc(made->bytes) == crc(program()));
  CHECK(made->bytes.substr(18, 2) == std::string("\x3e\0", 2));
  CHECK(made->counts.cfi_registers > 50);
  CHECK(made->counts.registers > 100);
  CHECK(made->counts.plt_frames == 1);
  CHECK(made->counts.mapping_symbols > 10);
}

TEST_CASE("translate: a translated file is none of ARM64 any more") {
  const auto once = translate(program(), "app");
  REQUIRE(once);
  const auto twice = translate(once->bytes, "app");
  REQUIRE(!twice);
  CHECK(twice.error().kind == RefusalKind::not_aarch64);
}

TEST_CASE("translate: what isn't translated is refused by its name") {
  struct Refused {
    std::string bytes;
    RefusalKind kind;
    const char* words;
  };
  const std::string& elf = program();
  for (const Refused& row : {
           Refused{"", RefusalKind::not_aarch64, "app: this is no ELF file"},
           {"#!/bin/sh\n", RefusalKind::not_aarch64, "no ELF file"},
           {with(elf, 18, std::string("\x3e\0", 2)), RefusalKind::not_aarch64, "of an ARM64 machine"},
           {elf.substr(0, 63), RefusalKind::malformed, "within its ELF header"},
           {with(elf, EI_CLASS, "\1"), RefusalKind::unsupported, "ILP32"},
           {with(with(elf, EI_DATA, "\2"), 18, std::string("\0\xb7", 2)), RefusalKind::unsupported,
            "big-endian"},
           {with(elf, 16, "\1"), RefusalKind::unsupported, "object file"},
           {with(elf, 16, "\4"), RefusalKind::unsupported, "core file"},
           {with(elf, 16, "\x77"), RefusalKind::unsupported, "unknown type"},
           {with(elf, 58, "\7"), RefusalKind::malformed, "section headers"},
           {elf.substr(0, elf.size() - 100), RefusalKind::malformed, "file's end"},
       }) {
    const auto made = translate(row.bytes, "app");
    REQUIRE(!made);
    CHECK(made.error().kind == row.kind);
    CHECK_THAT(made.error().message, ContainsSubstring(row.words));
    CHECK_THAT(made.error().message, ContainsSubstring("app: "));
  }
}

TEST_CASE("translate: split DWARF is refused") {
  for (const char* options : {"-O2 -gdwarf-4 -gsplit-dwarf", "-O2 -gdwarf-5 -gsplit-dwarf"}) {
    const auto made = translate(contents_of(build({"plain.c", "clang", options})), "app");
    REQUIRE(!made);
    CHECK(made.error().kind == RefusalKind::unsupported);
    CHECK_THAT(made.error().message, ContainsSubstring("-gsplit-dwarf"));
  }
}

TEST_CASE("translate: compressed sections are written out, and only then the file grows") {
  const auto plain = translate(program(), "app");
  for (const char* method : {"zlib-gabi", "zlib-gnu", "zstd"}) {
    const auto path = scratch() / method;
    run(std::string("aarch64-linux-gnu-objcopy --compress-debug-sections=") + method + " '" +
        build({"registers.cpp", "gcc", "-O2 -g"}).string() + "' '" + path.string() + "'");
    const std::string compressed = contents_of(path);
    const auto made = translate(compressed, "app");
    REQUIRE(made);
    CHECK(made->counts.inflated_sections >= 4);
    CHECK(made->bytes.size() > compressed.size());
    CHECK(made->counts.registers == plain->counts.registers);
    CHECK(crc(made->bytes) == crc(compressed));
    for (const Section& section : read_sections(made->bytes)) {
      CHECK((section.flags & SHF_COMPRESSED) == 0);
      CHECK(!section.name.starts_with(".zdebug"));
    }
  }
}

TEST_CASE("translate: section types of the processor become plain data") {
  std::string elf = program();
  for (const Section& section : read_sections(elf))
    if (section.name == ".comment") elf = with(elf, section.header + 4, std::string("\3\0\0\x70", 4));
  const auto made = translate(elf, "app");
  REQUIRE(made);
  for (const Section& section : read_sections(made->bytes))
    if (section.name == ".comment") CHECK(section.type == SHT_PROGBITS);
}

TEST_CASE("translate: minidebuginfo, an ARM64 file within, is hidden") {
  const auto path = scratch() / "mini";
  run("aarch64-linux-gnu-objcopy --add-section .gnu_debugdata=/dev/null '" +
      build({"plain.c", "gcc", "-O2 -g"}).string() + "' '" + path.string() + "' && echo x >'" +
      path.string() + ".data' && aarch64-linux-gnu-objcopy --update-section .gnu_debugdata='" +
      path.string() + ".data' '" + path.string() + "'");
  const auto made = translate(contents_of(path), "app");
  REQUIRE(made);
  CHECK(made->counts.minidebuginfo == 1);
  for (const Section& section : read_sections(made->bytes)) CHECK(section.name != ".gnu_debugdata");
}

TEST_CASE("translate: a stripped file and a separate debug file") {
  const auto whole = build({"registers.cpp", "gcc", "-O2 -g -Wl,--build-id"});
  const std::string debug = whole.string() + ".debug", stripped = whole.string() + ".stripped";
  run("aarch64-linux-gnu-objcopy --only-keep-debug '" + whole.string() + "' '" + debug + "'");
  run("aarch64-linux-gnu-strip -o '" + stripped + "' '" + whole.string() + "'");
  const auto made_debug = translate(contents_of(debug), "debug"),
             made_stripped = translate(contents_of(stripped), "s");
  REQUIRE(made_debug);
  REQUIRE(made_stripped);
  CHECK(made_debug->counts.cfi_registers == 0);  // Its .eh_frame has no contents.
  CHECK(made_debug->counts.registers > 100);
  CHECK(made_stripped->counts.cfi_registers > 50);
  CHECK(made_stripped->counts.plt_frames == 1);
  CHECK(made_stripped->counts.registers == 0);

  const std::string said = run("readelf -nW '" + whole.string() + "'");
  const auto at = said.find("Build ID: ");
  REQUIRE(at != std::string::npos);
  const std::string id = said.substr(at + 10, 40);
  for (const std::string& file : {whole.string(), debug, stripped}) {
    CHECK(build_id(contents_of(file)) == id);
    if (file != debug) CHECK(build_id(contents_of(file).substr(0, 4096)) == id);
  }
  CHECK(build_id(made_stripped->bytes) == id);
  CHECK(
      !build_id("\x7f"
                "ELF"));
  CHECK(!build_id(contents_of(build({"plain.c", "gcc", "-O2 -g -Wl,--build-id=none"}))));
}

TEST_CASE("translate: is_arm64_elf() needs 20 bytes") {
  CHECK(is_arm64_elf(program().substr(0, 64)));
  CHECK(is_arm64_elf(program().substr(0, 20)));
  CHECK(!is_arm64_elf(program().substr(0, 19)));
  CHECK(!is_arm64_elf(contents_of("/proc/self/exe").substr(0, 64)) == (sizeof(void*) == 8));
}

TEST_CASE("translate_file: writes a new file with the input's mode, and never the input") {
  const auto in = scratch() / "in", out = scratch() / "out";
  std::filesystem::copy_file(build({"plain.c", "gcc", "-O2 -g"}), in,
                             std::filesystem::copy_options::overwrite_existing);
  std::filesystem::permissions(in, static_cast<std::filesystem::perms>(0640));
  const auto said = translate_file(in, out);
  REQUIRE(said);
  CHECK_THAT(*said, ContainsSubstring(in.string() + " -> " + out.string()));
  CHECK_THAT(*said, ContainsSubstring("registers in frame rules"));
  CHECK(contents_of(out) == translate(contents_of(in), "in")->bytes);
  CHECK(std::filesystem::status(out).permissions() == static_cast<std::filesystem::perms>(0640));

  struct Refused {
    std::filesystem::path in, out;
    const char* words;
  };
  for (const Refused& row : {
           Refused{in, in, "the output is the input itself"},
           {in, scratch(), "this is a folder"},
           {scratch() / "absent", out, "absent: No such file"},
           {scratch(), out, "no regular file"},
           {out, scratch() / "again", "no ELF file of an ARM64 machine"},
           {in, scratch() / "no" / "such", "No such file"},
       }) {
    const auto refused = translate_file(row.in, row.out);
    REQUIRE(!refused);
    CHECK_THAT(refused.error(), ContainsSubstring(row.words));
  }
  for (const auto& entry : std::filesystem::directory_iterator(scratch()))
    CHECK(!entry.path().filename().string().starts_with("."));  // No temporary file is left.
}

}  // namespace rspbridge::proxy::symbols::test
