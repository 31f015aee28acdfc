#include "rsp/breakpoint.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace rspbridge::rsp;
using Type = BreakpointType;

TEST_CASE("Z and z are read, and written the same") {
  struct Row {
    std::string wire;
    BreakpointRequest expected;
  };
  const std::vector<Row> rows{
      {"Z0,400000,4", {true, {Type::software, 0x400000, 4}, ""}},
      {"z0,400000,4", {false, {Type::software, 0x400000, 4}, ""}},
      {"Z1,ffffffffffffffff,4", {true, {Type::hardware, 0xffffffffffffffff, 4}, ""}},
      {"Z2,10,8", {true, {Type::write_watch, 0x10, 8}, ""}},
      {"Z3,10,8", {true, {Type::read_watch, 0x10, 8}, ""}},
      {"z4,10,8", {false, {Type::access_watch, 0x10, 8}, ""}},
      {"Z0,400000,4;X3,220127", {true, {Type::software, 0x400000, 4}, ";X3,220127"}},
      {"Z0,400000,4;cmds:0,X1,27", {true, {Type::software, 0x400000, 4}, ";cmds:0,X1,27"}},
      {"Z0,400000,4;", {true, {Type::software, 0x400000, 4}, ";"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.wire);
    const auto request = parse_breakpoint(row.wire);
    REQUIRE(request);
    const bool as_expected = *request == row.expected;
    CHECK(as_expected);
    CHECK(format_breakpoint(*request) == row.wire);
  }
}

TEST_CASE("a malformed Z is nothing") {
  for (const std::string wire :
       {"", "Z", "Z0", "Z0,", "Z0,1", "Z0,1,", "Z0,,4", "Z5,1,4", "Z-,1,4", "Z01,1,4", "Z0;1,4", "Z0,1,4,5",
        "Z0,1,4x", "Z0,1,10000000000000000", "Z0,10000000000000000,4", "y0,1,4", "Z0,1;X,4"}) {
    CAPTURE(wire);
    CHECK_FALSE(parse_breakpoint(wire));
  }
}

TEST_CASE("breakpoints are ordered by type, address and kind") {
  const BreakpointKey key{Type::software, 0x10, 4};
  CHECK((key == BreakpointKey{Type::software, 0x10, 4}));
  CHECK((key < BreakpointKey{Type::software, 0x10, 5}));
  CHECK((key < BreakpointKey{Type::software, 0x11, 0}));
  CHECK((key < BreakpointKey{Type::hardware, 0, 0}));
}
