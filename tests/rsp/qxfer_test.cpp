#include "rsp/qxfer.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace rspbridge::rsp;

TEST_CASE("qXfer reads are read, and written the same") {
  struct Row {
    std::string wire;
    QXferRead expected;
  };
  const std::vector<Row> rows{
      {"qXfer:features:read:target.xml:0,fff", {"features", "target.xml", 0, 0xfff}},
      {"qXfer:auxv:read::1000,47fa", {"auxv", "", 0x1000, 0x47fa}},
      {"qXfer:libraries-svr4:read:start=7f00;prev=0;:0,1000",
       {"libraries-svr4", "start=7f00;prev=0;", 0, 0x1000}},
      {"qXfer:threads:read::ffffffffffffffff,ffffffffffffffff",
       {"threads", "", 0xffffffffffffffff, 0xffffffffffffffff}},
      {"qXfer:features:read:a:b:1,2", {"features", "a:b", 1, 2}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.wire);
    const auto request = parse_qxfer_read(row.wire);
    REQUIRE(request);
    CHECK(*request == row.expected);
    CHECK(format_qxfer_read(*request) == row.wire);
  }
}

TEST_CASE("a malformed qXfer read is nothing") {
  for (const std::string wire :
       {"", "qXfer", "qXfer:", "qXfer:auxv", "qXfer:auxv:read", "qXfer:auxv:read:", "qXfer:auxv:read::",
        "qXfer:auxv:read:0,1", "qXfer:auxv:read::0", "qXfer:auxv:read::0,", "qXfer:auxv:read::,1",
        "qXfer::read::0,1", "qXfer:siginfo:write::0:xx", "qXfer:auxv:read::0,1,2", "qXfer:auxv:read::-1,1",
        "qXfer:auxv:read::0,10000000000000000", "qSupported"}) {
    CAPTURE(wire);
    CHECK_FALSE(parse_qxfer_read(wire));
  }
}

TEST_CASE("qXfer replies are read") {
  struct Row {
    std::string wire, data;
    bool last;
  };
  const std::vector<Row> rows{{"l", "", true},
                              {"lab", "ab", true},
                              {"mab", "ab", false},
                              {"m}\x03}]", "#}", false},
                              {"lm", "m", true}};
  for (const auto& row : rows) {
    CAPTURE(row.wire);
    const auto reply = parse_qxfer_reply(row.wire);
    REQUIRE(reply);
    CHECK(reply->data == row.data);
    CHECK(reply->last == row.last);
  }
  for (const std::string wire : {"", "m", "E01", "E00", "OK", "la}", "x", "M"}) {
    CAPTURE(wire);
    CHECK_FALSE(parse_qxfer_reply(wire));
  }
}
