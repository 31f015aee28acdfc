// A Session with its loop, and a stub that answers from a table.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>

#include "proxy/session/session.hpp"
#include "rsp/endpoint.hpp"
#include "tests/support/catch.hpp"
#include "tests/transport/connected_pair.hpp"

namespace rspbridge::tests {

/// What isn't in `replies` the stub doesn't know: it answers with an empty packet.
class ScriptedSession {
 public:
  explicit ScriptedSession(proxy::Session::Options options = {}) {
    auto [ours, stubs] = transport::test::connected_pair(io.get_executor());
    session = std::make_unique<proxy::Session>(io.get_executor(), std::move(ours), std::move(options));
    asio::co_spawn(io, answer(std::move(stubs)), asio::detached);
  }

  /// Runs the loop until `work` is done, for `most` at the longest. Throws what it throws.
  void run(asio::awaitable<void> work, std::chrono::seconds most = std::chrono::seconds(20)) {
    bool done = false;
    std::exception_ptr failure;
    asio::co_spawn(io, std::move(work), [&](std::exception_ptr error) {
      failure = error;
      done = true;
    });
    io.restart();  // it stops when it has nothing to do
    const auto deadline = std::chrono::steady_clock::now() + most;
    while (!done && std::chrono::steady_clock::now() < deadline)
      io.run_one_for(std::chrono::milliseconds(100));
    REQUIRE(done);
    if (failure) std::rethrow_exception(failure);
  }

  asio::io_context io;
  std::map<std::string, std::string> replies{
      {"QStartNoAckMode", "OK"}, {"qSupported", "PacketSize=1000;QStartNoAckMode+"}, {"qfThreadInfo", "l"}};
  std::unique_ptr<proxy::Session> session;

 private:
  asio::awaitable<void> answer(transport::StreamPtr stream) {
    rsp::Endpoint endpoint;
    std::array<char, 4096> buffer{};
    while (const std::size_t n = co_await stream->read_some(buffer)) {
      endpoint.feed({buffer.data(), n});
      while (const auto event = endpoint.next()) {
        if (event->kind != rsp::Event::Kind::packet) continue;
        const auto reply = replies.find(event->payload);
        endpoint.send(reply == replies.end() ? std::string() : reply->second);
        if (event->payload == "QStartNoAckMode") endpoint.set_no_ack();
      }
      const std::string bytes = endpoint.take_output();
      if (!bytes.empty()) co_await stream->write(bytes);
    }
  }
};

}  // namespace rspbridge::tests
