// Who may ask.
#include "proxy/http/guard.hpp"
#include "proxy/http/listening.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::proxy::http;

namespace {

unsigned status(const Guard& guard, const Request& request) {
  const auto refusal = guard.refusal(request, true, 1);
  return refusal ? refusal->status : 200;
}

}  // namespace

TEST_CASE("the Host must be our loopback address") {
  const Guard guard{.port = 40000};
  for (const auto* host : {"localhost:40000", "127.0.0.1:40000", "127.1.2.3:40000", "[::1]:40000"})
    CHECK(status(guard, {.host = host}) == 200);
  for (const auto* host :
       {"", "localhost", "localhost:", "localhost:4000", "localhost:400000", "localhost:40000x",
        "evil.example:40000", "localhost.evil.example:40000", "10.0.0.1:40000", "::1:40000", "[::1",
        "[127.0.0.1]:40000", "localhost:40000@evil.example"})
    CHECK(status(guard, {.host = host}) == 403);
  CHECK(status(guard, {}) == 403);
  CHECK(is_loopback_authority("localhost", 80));
}

TEST_CASE("the Origin must be absent or ours") {
  const Guard guard{.port = 40000};
  const auto of = [&](const std::string& origin) {
    return status(guard, {.host = "localhost:40000", .origin = origin});
  };
  CHECK(of("http://127.0.0.1:40000") == 200);
  CHECK(of("http://localhost:40001") == 403);
  CHECK(of("https://localhost:40000") == 403);
  CHECK(of("http://evil.example") == 403);
  CHECK(of("null") == 403);
  CHECK(of("") == 403);
}

TEST_CASE("a token is demanded where there is one") {
  const Guard guard{.port = 40000, .loopback = false, .token = "abc"};
  const auto with = [&](const std::string& authorization) {
    return status(guard, {.host = "board.example:40000", .authorization = authorization});
  };
  CHECK(with("Bearer abc") == 200);
  CHECK(with("bEARER abc") == 200);
  CHECK(with("Bearer ABC") == 401);
  for (const auto* bad : {"Bearer ab", "Bearer abcabc", "Bearer abcd", "Bearer ", "Basic abc", "abc", ""})
    CHECK(with(bad) == 401);
  CHECK(status(guard, {.host = "board.example:40000"}) == 401);
  CHECK(status(guard, {.host = "b:1", .origin = "http://c:1", .authorization = "Bearer abc"}) == 403);
}

TEST_CASE("a refusal is logged once a second") {
  RefusalLog log;
  const RefusalLog::Clock::time_point start{};
  CHECK(log.is_due("host", start));
  CHECK(!log.is_due("host", start + std::chrono::milliseconds(999)));
  CHECK(log.is_due("token", start));
  CHECK(log.is_due("host", start + std::chrono::milliseconds(1000)));
}

TEST_CASE("where a server may listen") {
  CHECK(listening_address("localhost", false).to_string() == "127.0.0.1");
  CHECK(listening_address("::1", false).to_string() == "::1");
  CHECK(listening_address("0.0.0.0", true).to_string() == "0.0.0.0");
  CHECK_THROWS_AS(listening_address("0.0.0.0", false), std::invalid_argument);
  CHECK_THROWS_AS(listening_address("board.example", true), std::invalid_argument);
}

TEST_CASE("streams leave descriptors for the rest of the program") {
  CHECK(connection_limits(1024, 1 << 20).streams == 1024);
  CHECK(connection_limits(1024, 1024).connections == 896);
  CHECK(connection_limits(1024, 1024).streams == 768);
  CHECK(connection_limits(1024, 256).streams == 64);
}
