#include "proxy/symbols/expression.hpp"

#include <optional>
#include <string>

#include "proxy/symbols/locations.hpp"
#include "tests/symbols/bytes.hpp"

namespace rspbridge::proxy::symbols::test {
namespace {

struct Result {
  std::string bytes;  // hex
  Outcome outcome;
  Counts counts;
};

Result translate_hex(std::string_view expression, std::optional<std::uint64_t> value_size = 8) {
  std::string file = bytes(expression);
  ExpressionContext context;
  context.type_size = [](std::uint64_t type) -> std::optional<std::uint64_t> {
    if (type > 0x40) return std::nullopt;
    return type;  // The tests' base types have their size for an offset.
  };
  context.value_size = [&] { return value_size; };
  Result result;
  result.outcome = translate_expression(file, {0, file.size()}, "expression", context, result.counts);
  result.bytes = hex(file);
  return result;
}

struct Case {
  const char* before;
  const char* after;
  const char* why;
};

}  // namespace

TEST_CASE("expressions: registers are renumbered, wherever they stand") {
  for (const Case& row : {
           Case{"50", "50", "DW_OP_reg0 is x0 and rax"},
           {"63", "53", "x19 is rbx"},
           {"6e", "5f", "x30 is r15"},
           {"6f", "57", "sp is rsp"},
           {"59", "69", "x9 is xmm8"},
           {"8f 10", "77 10", "DW_OP_breg31"},
           {"83 f0 7e", "73 f0 7e", "a negative offset"},
           {"90 40", "90 11", "DW_OP_regx: v0 is xmm0"},
           {"90 42", "90 20", "v2 is xmm15"},
           {"90 48", "90 32", "v8 is es"},
           {"90 c0 00", "90 91 00", "a padded LEB128 stays as long"},
           {"92 1d 08", "92 06 08", "DW_OP_bregx"},
           {"a3 01 51 9f", "a3 01 51 9f", "DW_OP_entry_value(DW_OP_reg1)"},
           {"a3 01 64 9f", "a3 01 5c 9f", "DW_OP_entry_value(DW_OP_reg20)"},
           {"f3 01 64 9f", "f3 01 5c 9f", "DW_OP_GNU_entry_value"},
           {"a3 03 a5 40 08 9f", "a3 03 a5 11 08 9f", "DW_OP_regval_type within DW_OP_entry_value"},
           {"f5 48 08 f7 04 9f", "f5 32 08 f7 04 9f", "DW_OP_GNU_regval_type of 8 bytes from v8"},
           {"55 93 08 56 93 08", "58 93 08 59 93 08", "pieces"},
           {"90 40 93 10", "90 11 93 10", "a piece of v0 as wide as its part"},
           {"03 88 77 66 55 44 33 22 63 06 9f", "03 88 77 66 55 44 33 22 63 06 9f",
            "an address isn't an opcode"},
           {"9e 02 63 64", "9e 02 63 64", "nor is an implicit value"},
           {"a4 08 02 63 64 9f", "a4 08 02 63 64 9f", "nor a typed constant"},
           {"11 80 80 80 80 80 80 80 80 80 7f 9f", "11 80 80 80 80 80 80 80 80 80 7f 9f",
            "the lowest of all numbers"},
           {"0e 63 63 63 63 63 63 63 63 9f", "0e 63 63 63 63 63 63 63 63 9f", "DW_OP_const8u"},
           {"a0 63 63 63 63 63", "a0 63 63 63 63 63", "DW_OP_implicit_pointer"},
       }) {
    INFO(row.why);
    const Result result = translate_hex(row.before);
    CHECK(result.outcome == Outcome::whole);
    CHECK(result.bytes == hex(bytes(row.after)));
  }
}

TEST_CASE("expressions: what needs a register without a part is lost") {
  for (const char* lost : {
           "60", "61", "62",  // x16, x17, x18
           "90 43", "90 5f",  // v3, v31
           "90 2e",           // VG, of SVE
           "80 08 06 9f",     // an address in x16
           "a3 02 90 43 9f",  // the value of v3 at entry
           "63 80 00 22",     // x19 beside x16
           "a5 48 10 9f",     // 16 bytes of v8, of which 8 are shown
           "a5 48 41 9f",     // as many as nobody knows
           "e3", "50 e3",     // opcodes that compilers don't write
       }) {
    INFO(lost);
    CHECK(translate_hex(lost).outcome == Outcome::lost);
  }
}

TEST_CASE("expressions: an object wider than what a register's part shows is lost") {
  struct Width {
    const char* expression;
    std::optional<std::uint64_t> size;
    Outcome outcome;
  };
  for (const Width& row : {
           Width{"90 48", 8, Outcome::whole},
           {"90 48", 16, Outcome::lost},
           {"90 48", std::nullopt, Outcome::lost},  // It may well have 16.
           {"90 40", 16, Outcome::whole},
           {"90 40", 32, Outcome::lost},
           {"63", 16, Outcome::lost},
           {"63", std::nullopt, Outcome::whole},  // All of x19 is shown.
           {"90 48 93 08", 16, Outcome::whole},   // The piece says how much of v8.
           {"83 00", 16, Outcome::whole},         // In memory.
       }) {
    INFO(row.expression);
    CHECK(translate_hex(row.expression, row.size).outcome == row.outcome);
  }
}

TEST_CASE("expressions: a piece without a part is optimized out by itself") {
  const Result result = translate_hex("90 43 93 08 63 93 08");
  CHECK(result.outcome == Outcome::whole);
  CHECK(result.bytes == hex(bytes("96 96 93 08 53 93 08")));
  CHECK(result.counts.lost_locations == 1);
  CHECK(translate_hex("63 93 08 90 48 93 10").bytes == hex(bytes("53 93 08 96 96 93 10")));
  CHECK(translate_hex("63 93 08 60 9d 20 00").bytes == hex(bytes("53 93 08 96 9d 20 00")));
}

TEST_CASE("expressions: one that runs past its end is an error") {
  for (const char* broken :
       {"90", "03 01 02", "92 1d", "9e 05 01", "a3 04 50", "a4 08", "a5 40", "92 1d 80", "0e 01"}) {
    INFO(broken);
    CHECK_THROWS_AS(translate_hex(broken), Malformed);
  }
  std::string nested = "50";
  for (int i = 0; i < 20; ++i) {
    const auto length = static_cast<unsigned char>(nested.size() / 2);
    nested = "a3" + hex(std::string(1, static_cast<char>(length))) + nested;
  }
  CHECK_THROWS_AS(translate_hex(nested), Malformed);
}

TEST_CASE("lost expressions: the length stays, and GDB shows <optimized out>") {
  const auto losing = [](std::string_view block, bool uleb, std::optional<std::uint64_t> size) {
    std::string file = bytes(block);
    lose(file, {0, {1, file.size()}, uleb}, size);
    return hex(file);
  };
  CHECK(losing("01 60", true, 8) == "8000");  // A length of zero, padded.
  CHECK(losing("02 90 43", true, 8) == "808000");
  CHECK(losing("0a 01 02 03 04 05 06 07 08 09 0a", true, 8) ==
        "0a96969696969696969308");  // DW_OP_piece of nowhere
  CHECK(losing("0a 01 02 03 04 05 06 07 08 09 0a", true, 300) == "0a9696969696969693ac02");
  CHECK(losing("0a 01 02 03 04 05 06 07 08 09 0a", true, std::nullopt) == "0ae202030405060708090a");
  CHECK(losing("01 60", false, 8) == "01e2");  // DW_FORM_block1: nothing else fits.
  CHECK(losing("02 90 43", false, 8) == "029308");
  CHECK(losing("00", true, 8) == "00");
}

}  // namespace rspbridge::proxy::symbols::test
