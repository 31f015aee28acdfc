#include "rsp/vcont.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace rspbridge::rsp;

TEST_CASE("vCont is read, and written the same") {
  struct Row {
    std::string wire;
    std::vector<VContAction> expected;
  };
  constexpr auto top = 0xffffffffffffffff;
  const std::vector<Row> rows{
      {"vCont;c", {{'c', 0, 0, 0, {}}}},
      {"vCont;s:p1.2;c", {{'s', 0, 0, 0, ThreadId{1, 2}}, {'c', 0, 0, 0, {}}}},
      {"vCont;C05;S1f:3", {{'C', 5, 0, 0, {}}, {'S', 0x1f, 0, 0, ThreadId{{}, 3}}}},
      {"vCont;t:p1.-1", {{'t', 0, 0, 0, ThreadId{1, -1}}}},
      {"vCont;r400000,400010:p1.1", {{'r', 0, 0x400000, 0x400010, ThreadId{1, 1}}}},
      {"vCont;r0,ffffffffffffffff", {{'r', 0, 0, top, {}}}},
      {"vCont;r10,10", {{'r', 0, 0x10, 0x10, {}}}},
      {"vCont;c:-1", {{'c', 0, 0, 0, ThreadId{{}, -1}}}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.wire);
    const auto actions = parse_vcont(row.wire);
    REQUIRE(actions);
    const bool as_expected = *actions == row.expected;
    CHECK(as_expected);
  }
}

TEST_CASE("a malformed vCont is nothing") {
  for (const std::string wire : {"",
                                 "vCont",
                                 "vCont;",
                                 "vCont?",
                                 "vContc",
                                 "vCont;;c",
                                 "vCont;c;",
                                 "vCont;cx",
                                 "vCont;c05",
                                 "vCont;C",
                                 "vCont;C100",
                                 "vCont;Cg",
                                 "vCont;S:1",
                                 "vCont;x",
                                 "vCont;c:",
                                 "vCont;c:x",
                                 "vCont;c:1:2",
                                 "vCont;r",
                                 "vCont;r1",
                                 "vCont;r1,",
                                 "vCont;r,1",
                                 "vCont;r2,1",
                                 "vCont;r1,10000000000000000",
                                 "vCont;:1",
                                 "vKill;1"}) {
    CAPTURE(wire);
    CHECK_FALSE(parse_vcont(wire));
  }
}

TEST_CASE("the actions of a vCont are bounded") {
  std::string wire = "vCont";
  for (std::size_t i = 0; i < max_vcont_actions; ++i) wire += ";c";
  CHECK(parse_vcont(wire));
  CHECK_FALSE(parse_vcont(wire + ";c"));
}
