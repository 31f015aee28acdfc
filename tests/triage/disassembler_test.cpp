// Words and what GNU objdump 2.40 makes of them at the same address.
#include "proxy/triage/disassembler.hpp"

#include <array>
#include <cctype>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "tests/support/catch.hpp"

using rspbridge::proxy::triage::disassemble;
using rspbridge::proxy::triage::Instruction;

namespace {

constexpr std::uint64_t address = 0x400000;

struct Row {
  std::uint32_t word;
  std::string_view text;
};

constexpr auto armv8 = std::to_array<Row>({
    {0xa9be7bfd, "stp\tx29, x30, [sp, #-32]!"},
    {0xa8c27bfd, "ldp\tx29, x30, [sp], #32"},
    {0xf85e8420, "ldr\tx0, [x1], #-24"},
    {0x910003fd, "mov\tx29, sp"},
    {0x12800020, "mov\tw0, #0xfffffffe"},
    {0xb2089fe1, "mov\tx1, #0xff00ff00ff00ff00"},
    {0x91400420, "add\tx0, x1, #0x1, lsl #12"},
    {0xd10843ff, "sub\tsp, sp, #0x210"},
    {0xeb010c1f, "cmp\tx0, x1, lsl #3"},
    {0xb862d820, "ldr\tw0, [x1, w2, sxtw #2]"},
    {0xd3431820, "ubfx\tx0, x1, #3, #4"},
    {0xb6400043, "tbz\tx3, #40, 0x400008"},
    {0x94000040, "bl\t0x400100"},
    {0x17ffffff, "b\t0x3ffffc"},
    {0x54000082, "b.cs\t0x400010"},
    {0x54ffff83, "b.cc\t0x3ffff0"},
    {0x54000041, "b.ne\t0x400008"},
    {0x34000065, "cbz\tw5, 0x40000c"},
    {0x10000020, "adr\tx0, 0x400004"},
    {0x90000003, "adrp\tx3, 0x400000"},
    {0x58000040, "ldr\tx0, 0x400008"},
    {0x98000081, "ldrsw\tx1, 0x400010"},
    {0x9a823020, "csel\tx0, x1, x2, cc"},
    {0xfa43a824, "ccmp\tx1, #0x3, #0x4, ge"},
    {0xd4000001, "svc\t#0x0"},
    {0xd4207d00, "brk\t#0x3e8"},
    {0x1e7c1000, "fmov\td0, #-5.000000000000000000e-01"},
    {0x1e602008, "fcmp\td0, #0.0"},
    {0x4f00c420, "movi\tv0.4s, #0x1, msl #8"},
    {0x3dc01020, "ldr\tq0, [x1, #64]"},
    {0xd65f03c0, "ret"},
    {0xd503201f, "nop"},
    {0xd53b4200, "mrs\tx0, nzcv"},
    {0xd5033bbf, "dmb\tish"},
    {0xd51bd040, "msr\ttpidr_el0, x0"},
});

// Armv8.1 and later: LSE atomics, pointer authentication, BTI, MTE, SVE and others.
constexpr auto newer = std::to_array<Row>({
    {0xf8210062, "ldadd\tx1, x2, [x3]"},
    {0xb8e10062, "ldaddal\tw1, w2, [x3]"},
    {0xf8e18062, "swpal\tx1, x2, [x3]"},
    {0x88e1fc62, "casal\tw1, w2, [x3]"},
    {0x48227cc4, "casp\tx2, x3, x4, x5, [x6]"},
    {0xf821005f, "stadd\tx1, [x2]"},
    {0xf8bfc020, "ldapr\tx0, [x1]"},
    {0xd503233f, "paciasp"},
    {0xd50323bf, "autiasp"},
    {0x9ac33041, "pacga\tx1, x2, x3"},
    {0xd65f0bff, "retaa"},
    {0xd63f087f, "blraaz\tx3"},
    {0xf87ffc41, "ldraa\tx1, [x2, #-8]!"},
    {0xdac143e1, "xpaci\tx1"},
    {0xd503245f, "bti\tc"},
    {0xd50324df, "bti\tjc"},
    {0xd9201820, "stg\tx0, [x1, #16]"},
    {0xd9bfe420, "st2g\tx0, [x1], #-32"},
    {0x9adf1020, "irg\tx0, x1"},
    {0x9ac20020, "subp\tx0, x1, x2"},
    {0x2518e3e0, "ptrue\tp0.b"},
    {0x25a10fe0, "whilelo\tp0.s, wzr, w1"},
    {0xa5414000, "ld1w\t{z0.s}, p0/z, [x0, x1, lsl #2]"},
    {0xe5e3e803, "st1d\t{z3.d}, p2, [x0, #3, mul vl]"},
    {0x65e30440, "fmla\tz0.d, p1/m, z2.d, z3.d"},
    {0x043f57bf, "addvl\tsp, sp, #-3"},
    {0x25a0d900, "add\tz0.s, z0.s, #200"},
    {0x25b8dfe0, "mov\tz0.s, #-1"},
    {0x05503fe0, "mov\tz0.h, p0/z, #-256"},
    {0x1e7e0000, "fjcvtzs\tw0, d0"},
    {0xd500401f, "cfinv"},
    {0x6e42fc20, "bfdot\tv0.4s, v1.8h, v2.8h"},
    {0x4e829420, "sdot\tv0.4s, v1.16b, v2.16b"},
    {0x9ac25c20, "crc32cx\tw0, w1, x2"},
});

constexpr auto undefined = std::to_array<Row>({
    {0xffffffff, ".inst\t0xffffffff ; undefined"},
    {0x00c0ffee, ".inst\t0x00c0ffee ; undefined"},
});

std::string bytes_of(std::uint32_t word) {
  std::string bytes;
  for (int i = 0; i < 4; ++i, word >>= 8) bytes += static_cast<char>(word & 0xff);
  return bytes;
}

std::string text_of(std::uint32_t word) {
  const auto instructions = disassemble(bytes_of(word), address);
  REQUIRE(instructions.size() == 1);
  CHECK(instructions.front().address == address);
  CHECK(instructions.front().word == word);
  return instructions.front().text;
}

}  // namespace

TEST_CASE("instructions of Armv8.0") {
  for (const Row& row : armv8) CHECK(text_of(row.word) == row.text);
}

TEST_CASE("newer instructions, which the library's version 4 may not know, and then doesn't guess") {
  const bool must_know = rspbridge::proxy::triage::knows_newer_instructions();
  for (const Row& row : newer) {
    const std::string text = text_of(row.word);
    if (must_know || !text.starts_with(".inst\t")) CHECK(text == row.text);
  }
}

TEST_CASE("words that are no instruction") {
  for (const Row& row : undefined) CHECK(text_of(row.word) == row.text);
}

TEST_CASE("one entry for every four bytes, at rising addresses") {
  const std::string bytes =
      bytes_of(0xd503201f) + bytes_of(0xffffffff) + bytes_of(0xd65f03c0) + "\x1f\x20\x03";
  const std::vector<Instruction> expected{{0x1000, 0xd503201f, "nop"},
                                          {0x1004, 0xffffffff, ".inst\t0xffffffff ; undefined"},
                                          {0x1008, 0xd65f03c0, "ret"}};
  CHECK(disassemble(bytes, 0x1000) == expected);
  CHECK(disassemble("", 0x1000).empty());
  CHECK(disassemble("\x1f\x20\x03", 0x1000).empty());
}

TEST_CASE("branches before the first address and behind the last wrap") {
  CHECK(disassemble(bytes_of(0x17ffffff), 0).front().text == "b\t0xfffffffffffffffc");
  CHECK(disassemble(bytes_of(0x14000001), 0xfffffffffffffffc).front().text == "b\t0x0");
}

TEST_CASE("any word has a text of one line, and the same one each time") {
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    const auto word = static_cast<std::uint32_t>(random());
    const std::string text = disassemble(bytes_of(word), address).front().text;
    const bool plain = !text.empty() && text.size() < 200 &&
                       text.find_first_of("\n\r") == std::string::npos && text.front() != ' ';
    if (!plain) FAIL("0x" << std::hex << word << " is '" << text << "'");
    if (disassemble(bytes_of(word), address).front().text != text) FAIL("0x" << std::hex << word);
  }
}
