#include "rsp/stop_reply.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace rspbridge::rsp;
using Kind = StopReply::Kind;

namespace {

/// A stop reply as one line: kind, code, thread, pairs, text.
std::string line(const std::optional<StopReply>& reply) {
  if (!reply) return "nothing";
  constexpr const char* kinds[] = {"stopped",    "exited",  "signalled", "thread_exited",
                                   "no_resumed", "console", "file_io"};
  std::string out = kinds[static_cast<int>(reply->kind)];
  out += " " + std::to_string(reply->code);
  if (reply->thread) out += " @" + format_thread_id(*reply->thread);
  for (const auto& [name, value] : reply->pairs) out += " " + name + "=" + value;
  return reply->text.empty() ? out : out + " \"" + reply->text + "\"";
}

}  // namespace

TEST_CASE("stop replies are read") {
  struct Row {
    std::string wire, expected;
  };
  const std::vector<Row> rows{
      {"S05", "stopped 5"},
      {"Sff", "stopped 255"},
      {"T05", "stopped 5"},
      {"T0b1d:f0ff;1f:00;20:10;thread:p1f.20;core:1;",
       "stopped 11 @p1f.20 1d=f0ff 1f=00 20=10 thread=p1f.20 core=1"},
      {"T05thread:1", "stopped 5 @1 thread=1"},
      {"T05swbreak:;", "stopped 5 swbreak="},
      {"T05hwbreak:;thread:p1.1;", "stopped 5 @p1.1 hwbreak= thread=p1.1"},
      {"T05watch:ffffffffffffff00;", "stopped 5 watch=ffffffffffffff00"},
      {"T05rwatch:1;awatch:2;library:;", "stopped 5 rwatch=1 awatch=2 library="},
      {"T05fork:p2.2;vfork:p3.3;vforkdone:;", "stopped 5 fork=p2.2 vfork=p3.3 vforkdone="},
      {"T05exec:2f62696e;create:;", "stopped 5 exec=2f62696e create="},
      {"T05syscall_entry:3f;", "stopped 5 syscall_entry=3f"},
      {"T05b:1;a:2;b:3;", "stopped 5 b=1 a=2 b=3"},
      {"T05a:b:c;", "stopped 5 a=b:c"},
      {"W00", "exited 0"},
      {"W2a;process:1f", "exited 42 @p1f.-1"},
      {"W0;", "exited 0"},
      {"X09;process:1f", "signalled 9 @p1f.-1"},
      {"X0b", "signalled 11"},
      {"W00;description:6f6b;", "exited 0"},
      {"w0;p1.2", "thread_exited 0 @p1.2"},
      {"wff;5", "thread_exited 255 @5"},
      {"N", "no_resumed 0"},
      {"O48690a", "console 0 \"Hi\n\""},
      {"O", "console 0"},
      {"Fwrite,1,2000,5", "file_io 0 \"write,1,2000,5\""},
      {"", "nothing"},
      {"OK", "nothing"},
      {"E01", "nothing"},
      {"S", "nothing"},
      {"S5", "nothing"},
      {"S0g", "nothing"},
      {"S050", "nothing"},
      {"S05thread:1;", "nothing"},
      {"T", "nothing"},
      {"T0", "nothing"},
      {"T-1", "nothing"},
      {"T05;", "nothing"},
      {"T05thread", "nothing"},
      {"T05:1;", "nothing"},
      {"T05thread:;", "nothing"},
      {"T05thread:zz;", "nothing"},
      {"T05a:1;;b:2;", "nothing"},
      {"W", "nothing"},
      {"Wx", "nothing"},
      {"W00;process", "nothing"},
      {"W00;process:", "nothing"},
      {"W00;process:ffffffffffffffff", "nothing"},
      {"W00000000000000000", "nothing"},
      {"w0", "nothing"},
      {"w;1", "nothing"},
      {"w0;", "nothing"},
      {"N1", "nothing"},
      {"O4", "nothing"},
      {"F", "nothing"},
      {"F-1,2", "nothing"},
      {"F0", "nothing"},
      {"m1", "nothing"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.wire);
    CHECK(line(parse_stop_reply(row.wire)) == row.expected);
  }
}

TEST_CASE("pairs are found by name") {
  const auto reply = parse_stop_reply("T05b:1;swbreak:;b:2;");
  REQUIRE(reply);
  CHECK(reply->pair("b") == "1");
  CHECK(reply->pair("swbreak") == "");
  CHECK_FALSE(reply->pair("c"));
}

TEST_CASE("the pairs of a stop reply are bounded") {
  std::string wire = "T05";
  for (std::size_t i = 0; i < StopReply::max_pairs; ++i) wire += "a:;";
  CHECK(parse_stop_reply(wire));
  CHECK_FALSE(parse_stop_reply(wire + "a:;"));
}
