#include "rsp/register_view.hpp"

#include <string>
#include <vector>

#include "rsp/escape.hpp"
#include "tests/rsp/sample_view.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::rsp;
using namespace rspbridge::rsp::testing;

TEST_CASE("a view shows the stub's registers") {
  struct Row {
    std::string stub, expected;
  };
  const std::string constants =
      "0102"
      "ffff"
      "xxxx"
      "xxxx";
  const std::vector<Row> rows{
      {stub_g,
       "0102030405060708"
       "0102030405060708"
       "1112131400000000"
       "20212223"
       "202122232425262728292a2b2c2d2e2f"
       "83020000" +
           constants},
      {"0102030405060708",
       "0102030405060708"
       "0102030405060708"
       "xxxxxxxxxxxxxxxx"
       "xxxxxxxx" +
           std::string(32, 'x') + "xxxxxxxx" + constants},
      {"xxxxxxxxxxxxxxxx"
       "11121314"
       "xxxxxxxx"
       "20212223",
       std::string(32, 'x') +
           "1112131400000000"
           "20212223" +
           std::string(32, 'x') + "xxxxxxxx" + constants},
  };
  for (const auto& row : rows) {
    CAPTURE(row.stub);
    const auto values = stub_values(row.stub);
    CHECK(view().read(values).format() == row.expected);
    std::string singly;
    for (std::uint32_t regnum = 0; regnum < 10; ++regnum) singly += *view().read_one(regnum, values);
    CHECK(singly == row.expected);
  }
  CHECK_FALSE(view().read_one(10, stub_values()));
}

TEST_CASE("N, Z, C and V are SF, ZF, CF and OF") {
  struct Row {
    std::string cpsr, eflags;
  };
  for (const auto& row : std::vector<Row>{{"00000000", "02020000"},
                                          {"00000080", "82020000"},
                                          {"00000040", "42020000"},
                                          {"00000020", "03020000"},
                                          {"00000010", "020a0000"},
                                          {"000000f0", "c30a0000"},
                                          {"ffffff0f", "02020000"}}) {
    CAPTURE(row.cpsr);
    auto values = stub_values();
    REQUIRE(values.set_hex(2, row.cpsr));
    CHECK(view().read_one(5, values) == row.eflags);
    const auto written = view().write(5, *from_hex(row.eflags), values);
    CHECK(line(written) == "2=" + row.cpsr + " ");
  }
}

TEST_CASE("a register of the view is written into the stub's") {
  struct Row {
    std::uint32_t regnum;
    std::string hex, expected;
  };
  const std::vector<Row> rows{
      {0, "0000000000000001", "0=0000000000000001 "},
      {1, "0000000000000001", "0=0000000000000001 "},
      {2, "ffffffff00000000", "1=ffffffff "},
      {2, "ffffffff01000000", "wider: only its low 4 bytes exist on the target"},
      {3, "aabbccdd", "3=aabbccdd2425262728292a2b2c2d2e2f "},
      {4, "00000000000000000000000000000001", "3=00000000000000000000000000000001 "},
      {5, "42020000", "2=00001040 "},
      {5, "42000000", "2=00001040 "},
      {5, "02030000", "eflags: only CF, ZF, SF and OF exist on the target"},
      {5, "02020080", "eflags: only CF, ZF, SF and OF exist on the target"},
      {6, "0102", ""},
      {6, "0103", "constant: the target has no such register, so that it can't be written"},
      {7, "ffff", ""},
      {7, "1234", ""},
      {8, "0000", "unavailable: the target has no such register, so that it can't be written"},
      {9, "0000", "optional: the target has no such register, so that it can't be written"},
      {0, "00", "whole: 1 bytes for a register of 8"},
      {5, "", "eflags: 0 bytes for a register of 4"},
      {7, "ffffff", "ignoring: 3 bytes for a register of 2"},
      {10, "00", "the view has no register 10"},
      {0xffffffff, "", "the view has no register 4294967295"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.regnum, row.hex);
    CHECK(line(view().write(row.regnum, *from_hex(row.hex), stub_values())) == row.expected);
  }
}

TEST_CASE("a part of a register can't be written while the rest isn't known") {
  const auto values = stub_values(
      "0102030405060708"
      "11121314");
  CHECK(line(view().write(3, "abcd", values)) == "low: the rest of the target's wide isn't known");
  CHECK(line(view().write(5, *from_hex("02020000"), values)) ==
        "eflags: the rest of the target's cpsr isn't known");
  CHECK(line(view().write(4, std::string(16, '\1'), values)) == "3=" + to_hex(std::string(16, '\1')) + " ");
}

TEST_CASE("a G writes what differs from what was shown") {
  struct Change {
    std::uint32_t regnum;
    std::string hex;
  };
  struct Row {
    std::vector<Change> changes;
    std::string expected;
  };
  const std::string other = "ff00000000000000";
  const std::vector<Row> rows{
      {{}, ""},
      {{{0, other}}, "0=ff00000000000000 "},
      {{{1, other}}, "0=ff00000000000000 "},
      {{{0, other}, {1, other}}, "0=ff00000000000000 "},
      {{{0, other}, {1, "fe00000000000000"}},
       "whole and again are both the target's a, and are given different values at once"},
      {{{3, "aaaaaaaa"}, {4, "aaaaaaaa000000000000000000000000"}}, "3=aaaaaaaa000000000000000000000000 "},
      {{{3, "aaaaaaaa"}, {4, "00000000000000000000000000000000"}},
       "low and wide are both the target's wide, and are given different values at once"},
      {{{5, "02020000"}, {2, "0000000000000000"}}, "1=00000000 2=00001000 "},
      {{{7, "1234"}, {0, other}}, "0=ff00000000000000 "},
      {{{8, "0000"}, {9, "0000"}}, ""},
      {{{8, "0001"}}, "unavailable: the target has no such register, so that it can't be written"},
      {{{6, "0000"}}, "constant: the target has no such register, so that it can't be written"},
      {{{6, "0102"}}, ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.expected);
    const auto shown = view().read(stub_values());
    auto wanted = shown;
    for (const auto& change : row.changes) {
      CAPTURE(change.regnum);
      REQUIRE(wanted.set_hex(change.regnum, change.hex));
    }
    CHECK(line(view().difference(shown, wanted, stub_values())) == row.expected);
  }
}

TEST_CASE("a G whose zeroes stand for unavailable registers changes nothing") {
  const auto known = stub_values("0102030405060708");
  const auto shown = view().read(known);
  auto zeroes = shown.format();
  for (auto& digit : zeroes) digit = digit == 'x' ? '0' : digit;
  const auto wanted = RegisterValues::parse(view().layout(), zeroes);
  REQUIRE(wanted);
  CHECK(line(view().difference(shown, *wanted, known)).empty());
}

TEST_CASE("it is known which registers belong together") {
  using List = std::vector<std::uint32_t>;
  CHECK(view().sources(0) == List{0});
  CHECK(view().sources(5) == List{2});
  CHECK(view().sources(6) == List{});
  CHECK(view().sources(9) == List{});
  CHECK(view().sources(77) == List{});
}

TEST_CASE("expedited registers are those that can be made of the pairs alone") {
  struct Row {
    std::vector<ExpeditedRegister> pairs;
    std::vector<ExpeditedRegister> expected;
  };
  const std::string a = "0102030405060708", wide = "202122232425262728292a2b2c2d2e2f";
  const std::vector<Row> rows{
      {{}, {}},
      {{{0, a}}, {{0, a}, {1, a}}},
      {{{2, "00000060"}, {0, a}}, {{0, a}, {1, a}, {5, "43020000"}}},
      {{{3, wide}}, {{3, "20212223"}, {4, wide}}},
      {{{3, "20212223" + std::string(24, 'x')}}, {{3, "20212223"}}},
      {{{1, "11121314"}, {1, "15161718"}}, {{2, "1516171800000000"}}},
      {{{0, "01"}, {1, "E.01"}, {2, ""}, {99, a}}, {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.expected);
    CHECK(view().rewrite_expedited(row.pairs) == row.expected);
  }
}

TEST_CASE("values of another layout count as unavailable") {
  const RegisterValues foreign = patterned(*RegisterLayout::of(described({{"a", 8}, {"b", 8}})));
  CHECK(view().read(foreign).format() == std::string(112, 'x'));
  CHECK(view().read_one(0, foreign) == std::string(16, 'x'));
  CHECK(line(view().write(3, "abcd", foreign)) == "low: the rest of the target's wide isn't known");
}

TEST_CASE("a view that the stub can't fill is refused in words") {
  const auto error = [](const TargetDescription& description, ViewDefinition wanted = definition()) {
    const auto compiled = CompiledView::compile(std::move(wanted), description);
    return compiled ? "" : compiled.error();
  };
  CHECK(error(stub()).empty());
  CHECK(error(described({{"b", 32}, {"cpsr", 32}})) ==
        "the view test needs registers that the stub doesn't have: none, a, wide; it has b, cpsr");
  CHECK(error(described({{"a"}, {"b"}, {"cpsr", 32}, {"wide"}, {"a"}})) ==
        "the view test: register \"whole\": the stub has 2 registers \"a\"");
  CHECK(error(described({{"a"}, {"b"}, {"cpsr", 16}, {"wide"}})) ==
        "the view test: register \"eflags\": flags are made of at least 32 bits and take 32, not 16 and 32");
  CHECK(error(described({{"a", 12}})) ==
        "the stub's target description: register \"a\": 12 bits are no whole number of bytes");
  CHECK(error(stub(), {"bad", "<target", {}}) == "the view bad: target.xml:1: unclosed token");
  auto unsaid = definition();
  unsaid.sources.erase("wider");
  CHECK(error(stub(), unsaid) ==
        "the view test: register \"wider\": the view doesn't say where it comes from");
  auto repeated = definition();
  repeated.target_xml.replace(repeated.target_xml.find("\"again\""), 7, "\"whole\"");
  CHECK(error(stub(), repeated) == "the view test: two registers \"whole\"");
  auto short_constant = definition();
  short_constant.sources["constant"].bytes = "1";
  CHECK(error(stub(), short_constant) == "the view test: register \"constant\": a constant of 1 bytes");
}
