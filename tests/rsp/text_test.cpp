#include "rsp/text.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::rsp;

TEST_CASE("blanks and line ends around a text are left out") {
  CHECK(trim(" \tab c\r\n") == "ab c");
  CHECK(trim("abc") == "abc");
  CHECK(trim(" \r\n\t").empty());
  CHECK(trim("").empty());
}

TEST_CASE("numbers as people write them") {
  CHECK(hex_number(0) == "0x0");
  CHECK(hex_number(0x40b0) == "0x40b0");
  CHECK(hex_number(~std::uint64_t{0}) == "0xffffffffffffffff");
}
