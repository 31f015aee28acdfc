#include "rsp/register_values.hpp"

#include <string>
#include <vector>

#include "tests/rsp/view_stubs.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::rsp;
using testing::described;

namespace {

RegisterLayout layout() {
  return *RegisterLayout::of(described({{"a", 32}, {"b", 16}, {"c", 8}}));
}

/// What is written back of `payload`, or the error.
std::string reformatted(const std::string& payload) {
  const auto values = RegisterValues::parse(layout(), payload);
  return values ? values->format() : values.error();
}

}  // namespace

TEST_CASE("g is read and written back") {
  struct Row {
    std::string payload, expected;
  };
  const std::vector<Row> rows{
      {"01020304aabbff", "01020304aabbff"},
      {"01020304AABBFF", "01020304aabbff"},
      {"xxxxxxxxaabbff", "xxxxxxxxaabbff"},
      {"01020304", "01020304xxxxxx"},
      {"01020304xxxx7f", "01020304xxxx7f"},
      // GDB goes by the first digit alone, and would take the other bytes for zero.
      {"010203xxaabbff", "xxxxxxxxaabbff"},
      {"0102", "xxxxxxxxxxxxxx"},
      {"", "the registers can't be read: an empty packet: \"\""},
      {"E01", "the registers can't be read: neither hex digits nor xx: \"E01\""},
      {"E.no", "the registers can't be read: neither hex digits nor xx: \"E.no\""},
      {"x1020304", "the registers can't be read: neither hex digits nor xx: \"x1020304\""},
      {"XX020304", "the registers can't be read: neither hex digits nor xx: \"XX020304\""},
      {"0102030", "the registers can't be read: neither hex digits nor xx: \"0102030\""},
      {"01020304aabbff0", "the registers can't be read: neither hex digits nor xx: \"01020304aabbff0\""},
      {"01020304aabbff00", "the registers can't be read: 8 bytes for a layout of 7: \"01020304aabbff00\""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.payload);
    CHECK(reformatted(row.payload) == row.expected);
  }
}

TEST_CASE("registers are got and set one by one") {
  RegisterValues values(layout());
  CHECK(values.format() == "xxxxxxxxxxxxxx");
  CHECK_FALSE(values.is_known(0));
  CHECK(values.set(1, "\x01\x02"));
  CHECK(values.get(1) == "\x01\x02");
  CHECK(values.get_hex(1) == "0102");
  CHECK(values.get_hex(0) == "xxxxxxxx");
  CHECK(values.format() == "xxxxxxxx0102xx");
  values.forget(1);
  CHECK_FALSE(values.is_known(1));
  values.forget(99);

  struct Refused {
    std::uint32_t regnum;
    std::string bytes;
  };
  for (const auto& row : std::vector<Refused>{{3, "a"}, {0, "abc"}, {0, "abcde"}, {0, ""}, {2, "ab"}}) {
    CAPTURE(row.regnum, row.bytes);
    CHECK_FALSE(values.set(row.regnum, row.bytes));
  }
  CHECK(values.format() == "xxxxxxxxxxxxxx");
  CHECK_FALSE(values.get(3));
  CHECK_FALSE(values.get_hex(3));
}

TEST_CASE("a register is taken from the reply to p") {
  RegisterValues values(layout());
  CHECK(values.set_hex(0, "01020304"));
  CHECK(values.get(0) == "\x01\x02\x03\x04");
  CHECK(values.set_hex(0, "0102xxxx"));
  CHECK_FALSE(values.get(0));
  CHECK(values.get_low(0, 2) == "\x01\x02");
  CHECK_FALSE(values.get_low(0, 3));
  CHECK_FALSE(values.get_low(0, 5));
  CHECK_FALSE(values.get_low(9, 1));
  CHECK(values.set_hex(0, "05060708"));
  for (const auto* hex : {"E01", "", "0102", "0102030405", "0102030g", "x1020304"}) {
    CAPTURE(hex);
    CHECK_FALSE(values.set_hex(0, hex));
  }
  CHECK_FALSE(values.set_hex(3, "00"));
  CHECK(values.get_hex(0) == "05060708");
}
