#include "rsp/vfile.hpp"

#include <limits>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace rspbridge::rsp;
using namespace std::string_literals;

TEST_CASE("vFile requests are written") {
  constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
  CHECK(format_vfile_open("/bin/a", 0, 0) == "vFile:open:2f62696e2f61,0,0");
  CHECK(format_vfile_open("", 0x601, 0x1c0) == "vFile:open:,601,1c0");
  CHECK(format_vfile_pread(5, 0x1000, 0xffffffffffffffff) == "vFile:pread:5,1000,ffffffffffffffff");
  CHECK(format_vfile_pread(-1, 0, 0) == "vFile:pread:-1,0,0");
  CHECK(format_vfile_close(0x1f) == "vFile:close:1f");
  CHECK(format_vfile_close(lowest) == "vFile:close:-8000000000000000");
  CHECK(format_vfile_setfs(0) == "vFile:setfs:0");
}

TEST_CASE("vFile replies are read") {
  using Error = std::optional<std::uint64_t>;
  struct Row {
    std::string wire;
    std::int64_t result;
    Error error;
    std::string attachment;
  };
  const std::vector<Row> rows{
      {"F0", 0, {}, ""},
      {"F1f", 0x1f, {}, ""},
      {"F-1,2", -1, 2, ""},
      {"F-1", -1, {}, ""},
      {"F-1,270f", -1, 9999, ""},
      {"F2;ab", 2, {}, "ab"},
      {"F0;", 0, {}, ""},
      {"F4;a;,}\x03", 4, {}, "a;,#"},
      {"F7fffffffffffffff", std::numeric_limits<std::int64_t>::max(), {}, ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.wire);
    const auto reply = parse_vfile_reply(row.wire);
    REQUIRE(reply);
    CHECK(reply->result == row.result);
    CHECK(reply->error == row.error);
    CHECK(reply->attachment == row.attachment);
  }
  for (const std::string wire :
       {"", "F", "F;", "F,2", "F-", "F--1", "F-1,", "F-1,x", "F-1,1,2", "Fx", "F3;ab", "F1;ab", "F1;}",
        "F8000000000000000", "F-8000000000000000", "F10000000000000000", "E01", "OK"}) {
    CAPTURE(wire);
    CHECK_FALSE(parse_vfile_reply(wire));
  }
}
