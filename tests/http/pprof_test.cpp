// Profiles pass through from the target process's own server.
#include <array>
#include <system_error>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/this_coro.hpp>
#include <nlohmann/json.hpp>

#include "tests/http/fake.hpp"
#include "tests/support/catch.hpp"
#include "tests/transport/connected_pair.hpp"

using namespace rspbridge;
using namespace rspbridge::proxy;
using namespace rspbridge::proxy::http;
using namespace rspbridge::proxy::http::test;

namespace {

// A server in the target that answers one request.
struct TheirServer {
  std::vector<std::string> pieces;  // of its answer
  std::function<void()> before_answer = [] {};
  bool stays_open = false;
  std::string request;  // what it was asked
};

asio::awaitable<void> serve(std::shared_ptr<transport::Stream> stream, TheirServer& server) {
  std::array<char, 4096> buffer;
  try {
    while (server.request.find("\r\n\r\n") == std::string::npos) {
      const auto size = co_await stream->read_some(buffer);
      if (size == 0) co_return;
      server.request.append(buffer.data(), size);
    }
    server.before_answer();
    for (const std::string& piece : server.pieces) co_await stream->write(piece);
    if (server.stays_open) co_await stream->read_some(buffer);
  } catch (const std::system_error&) {
    co_return;  // our side has closed, as it may
  }
}

Pprof passing_to(TheirServer& server) {
  auto connect = [&server]() -> asio::awaitable<transport::StreamPtr> {
    const auto executor = co_await asio::this_coro::executor;
    auto [ours, theirs] = transport::test::connected_pair(executor);
    asio::co_spawn(executor, serve(std::move(theirs), server), asio::detached);
    co_return std::move(ours);
  };
  return {"127.0.0.1:6060", connect};
}

Answer ask_pprof(FakeInspection& target, Pprof pprof, const std::string& path = "/debug/pprof/heap?debug=1") {
  Context context{target, "demo", "0.0", 2};
  context.pprof = std::move(pprof);
  return ask(target, context, {.target = path});
}

std::string code_of(const Answer& answer) {
  return nlohmann::json::parse(body_of(answer).value())["error"]["code"];
}

std::shared_ptr<FakeInspection> running_target() {
  auto target = sample_target();
  target->now.running = true;
  return target;
}

}  // namespace

TEST_CASE("the target's own pprof server is asked as it was asked here, and its answer passes") {
  auto target = running_target();
  TheirServer server{.pieces = {"HTTP/1.1 418 I'm a teapot\r\nContent-Type: text/plain; charset=utf-8\r\n",
                                "Content-Disposition: attachment; filename=\"heap\"\r\nX-Other: no\r\n",
                                "Transfer-Encoding: chunked\r\n\r\n4\r\nheap\r\n", "5\r\n file\r\n0\r\n\r\n"},
                     .stays_open = true};
  const auto answer = ask_pprof(*target, passing_to(server));
  CHECK(server.request.starts_with("GET /debug/pprof/heap?debug=1 HTTP/1.1\r\n"));
  CHECK(server.request.find("\r\nHost: 127.0.0.1:6060\r\n") != std::string::npos);
  CHECK(answer.status == 418);
  CHECK(answer.stop_id == 7);
  CHECK(answer.content_type == "text/plain; charset=utf-8");
  CHECK(header_of(answer, "Content-Disposition") == "attachment; filename=\"heap\"");
  CHECK(header_of(answer, "X-Other").empty());
  CHECK(body_of(answer) == "heap file");
}

TEST_CASE("an answer that ends with its connection") {
  auto target = running_target();
  TheirServer server{.pieces = {"HTTP/1.0 200 OK\r\n\r\nall of it"}};
  const auto answer = ask_pprof(*target, passing_to(server));
  CHECK(answer.status == 200);
  CHECK(answer.content_type == "application/octet-stream");
  CHECK(body_of(answer) == "all of it");
}

TEST_CASE("what is no HTTP, or breaks off, is a bad gateway") {
  for (const std::string text :
       {"220 mail.example ESMTP\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", ""}) {
    INFO(text);
    auto target = running_target();
    TheirServer server{.pieces = {text}};
    const auto answer = ask_pprof(*target, passing_to(server));
    CHECK(answer.status == 502);
    CHECK(code_of(answer) == "bad_pprof");
  }
}

TEST_CASE("a pprof server that can't be reached is a bad gateway, with the reason") {
  auto target = running_target();
  auto refused = []() -> asio::awaitable<transport::StreamPtr> {
    throw std::system_error(std::make_error_code(std::errc::connection_refused));
    co_return nullptr;
  };
  const auto answer = ask_pprof(*target, {"127.0.0.1:6060", refused});
  CHECK(answer.status == 502);
  CHECK(body_of(answer).value().find("refused") != std::string::npos);
}

TEST_CASE("a stopped target serves no profiles") {
  auto target = sample_target();
  TheirServer server;
  const auto answer = ask_pprof(*target, passing_to(server));
  CHECK(answer.status == 409);
  CHECK(code_of(answer) == "stopped");
  CHECK(server.request.empty());
}

TEST_CASE("a target that stops meanwhile doesn't keep the client waiting") {
  auto target = running_target();
  TheirServer server{.before_answer = [&] { target->stop(); }, .stays_open = true};
  const auto answer = ask_pprof(*target, passing_to(server));
  CHECK(answer.status == 409);
  CHECK(code_of(answer) == "stopped");
  CHECK(answer.stop_id == 8);
}
