#include "rsp/thread_id.hpp"

#include <limits>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace rspbridge::rsp;

namespace {
constexpr auto max = std::numeric_limits<std::int64_t>::max();
}

TEST_CASE("thread-ids are read") {
  struct Row {
    std::string wire;
    std::optional<ThreadId> expected;
  };
  const std::vector<Row> rows{
      {"-1", ThreadId{{}, -1}},
      {"0", ThreadId{{}, 0}},
      {"1f", ThreadId{{}, 0x1f}},
      {"p1.2", ThreadId{1, 2}},
      {"pA.b", ThreadId{10, 11}},
      {"p1.-1", ThreadId{1, -1}},
      {"p1", ThreadId{1, -1}},
      {"p0.0", ThreadId{0, 0}},
      {"p-1.-1", ThreadId{-1, -1}},
      {"p-1", ThreadId{-1, -1}},
      {"7fffffffffffffff", ThreadId{{}, max}},
      {"p7fffffffffffffff.7fffffffffffffff", ThreadId{max, max}},
      {"", {}},
      {"p", {}},
      {"p.", {}},
      {"p1.", {}},
      {"p.1", {}},
      {"p1.2.3", {}},
      {"p-1.5", {}},
      {"-2", {}},
      {"--1", {}},
      {"-", {}},
      {"x", {}},
      {"1 ", {}},
      {"1.2", {}},
      {"pp1.2", {}},
      {"8000000000000000", {}},
      {"10000000000000001", {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.wire);
    const bool as_expected = parse_thread_id(row.wire) == row.expected;
    CHECK(as_expected);
  }
}

TEST_CASE("thread-ids are written") {
  CHECK(format_thread_id({{}, -1}) == "-1");
  CHECK(format_thread_id({{}, 0}) == "0");
  CHECK(format_thread_id({{}, 0x1f}) == "1f");
  CHECK(format_thread_id({10, 11}) == "pa.b");
  CHECK(format_thread_id({1, -1}) == "p1.-1");
  CHECK(format_thread_id({{}, std::numeric_limits<std::int64_t>::min()}) == "-1");
}

TEST_CASE("a specific thread-id names one thread") {
  CHECK(ThreadId{{}, 1}.is_specific());
  CHECK(ThreadId{1, 1}.is_specific());
  CHECK_FALSE(ThreadId{{}, -1}.is_specific());
  CHECK_FALSE(ThreadId{{}, 0}.is_specific());
  CHECK_FALSE(ThreadId{1, -1}.is_specific());
  CHECK_FALSE(ThreadId{0, 1}.is_specific());
}
