#include "rsp/register_layout.hpp"

#include <string>
#include <vector>

#include "tests/rsp/view_stubs.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::rsp;
using testing::described;

namespace {

/// The registers as "name:regnum@offset+size", or the error.
std::string summary(const TargetDescription& description) {
  const auto layout = RegisterLayout::of(description);
  if (!layout) return layout.error();
  std::string out;
  for (const auto& reg : layout->registers()) {
    out += reg.name + ":" + std::to_string(reg.regnum) + "@" + std::to_string(reg.offset) + "+" +
           std::to_string(reg.size) + " ";
  }
  return out + "= " + std::to_string(layout->size());
}

Register reg(std::string name, std::uint32_t bits, std::uint32_t regnum) {
  return {std::move(name), "int", "", bits, regnum};
}

}  // namespace

TEST_CASE("registers stand in order of number, whatever the order and the gaps") {
  struct Row {
    std::vector<Register> first, second;
    std::string expected;
  };
  const std::vector<Row> rows{
      {{}, {}, "= 0"},
      {{reg("a", 64, 0), reg("b", 32, 1)}, {}, "a:0@0+8 b:1@8+4 = 12"},
      {{reg("a", 64, 7), reg("b", 8, 3)}, {reg("c", 80, 5)}, "b:3@0+1 c:5@1+10 a:7@11+8 = 19"},
      {{reg("a", 64, 0)}, {reg("b", 128, 65535)}, "a:0@0+8 b:65535@8+16 = 24"},
      {{reg("same", 8, 0)}, {reg("same", 8, 1)}, "same:0@0+1 same:1@1+1 = 2"},
      {{reg("za", 524288, 0)}, {}, "za:0@0+65536 = 65536"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.expected);
    CHECK(summary({"", "", {{"f", row.first}, {"g", row.second}}}) == row.expected);
  }
}

TEST_CASE("registers that can't be are refused in words") {
  struct Row {
    std::vector<Register> registers;
    std::string expected;
  };
  const std::vector<Row> rows{
      {{reg("a", 0, 0)}, "register \"a\": 0 bits"},
      {{reg("a", 12, 0)}, "register \"a\": 12 bits are no whole number of bytes"},
      {{reg("a", 1, 0)}, "register \"a\": 1 bits are no whole number of bytes"},
      {{reg("a", 100001, 0)}, "register \"a\": 100001 bits are no whole number of bytes"},
      {{reg("a", 524296, 0)}, "register \"a\": 524296 bits are more than 524288"},
      {{reg("a", 0xfffffff8, 0)}, "register \"a\": 4294967288 bits are more than 524288"},
      {{reg("a\n", 64, 65536)}, "register \"a\\x0a\": regnum 65536 is above 65535"},
      {{reg("a", 64, 0xffffffff)}, "register \"a\": regnum 4294967295 is above 65535"},
      {{reg("a", 64, 5), reg("b", 64, 5)}, "register \"b\": regnum 5 is taken"},
      {std::vector<Register>(), "= 0"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.expected);
    CHECK(summary({"", "", {{"f", row.registers}}}) == row.expected);
  }
  std::vector<Register> many;
  for (std::uint32_t i = 0; i < 16; ++i) many.push_back(reg("a" + std::to_string(i), 524288, i));
  CHECK(summary({"", "", {{"f", many}}}).ends_with("= 1048576"));
  many.push_back(reg("b", 8, 16));
  CHECK(summary({"", "", {{"f", many}}}) == "the registers take more than 1048576 bytes");
}

TEST_CASE("registers are found by number and by name") {
  const auto layout =
      RegisterLayout::of({"", "", {{"f", {reg("b", 64, 9), reg("a", 32, 4), reg("b", 8, 2)}}}});
  REQUIRE(layout);
  CHECK(layout->find(4)->name == "a");
  CHECK(layout->find(9)->size == 8);
  CHECK(layout->find(0) == nullptr);
  CHECK(layout->find(10) == nullptr);
  CHECK(layout->find("a")->regnum == 4);
  CHECK(layout->find("b") == nullptr);
  CHECK(layout->find_all("b").size() == 2);
  CHECK(layout->find_all("b").front()->regnum == 2);
  CHECK(layout->find("c") == nullptr);
  CHECK(RegisterLayout().find("a") == nullptr);
  CHECK(RegisterLayout().size() == 0);
}

TEST_CASE("layouts are equal if their registers are") {
  const auto one = RegisterLayout::of(described({{"a", 64}}));
  CHECK(*one == *RegisterLayout::of(described({{"a", 64}})));
  CHECK_FALSE(*one == *RegisterLayout::of(described({{"a", 32}})));
  CHECK_FALSE(*one == *RegisterLayout::of(described({{"b", 64}})));
}
