// Runs one coroutine of a test in its own loop, for at most a minute.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include "transport/stream.hpp"

namespace rspbridge::transport::test {

/// Rethrows what `body` throws. Everything still pending is dropped when it ends.
inline void run(const std::function<asio::awaitable<void>()>& body,
                std::chrono::seconds limit = std::chrono::seconds(60)) {
  asio::io_context io;
  std::exception_ptr error;
  bool ended = false;
  asio::co_spawn(io, body, [&](std::exception_ptr thrown) {
    error = thrown;
    ended = true;
    io.stop();
  });
  io.run_for(limit);
  if (error) std::rethrow_exception(error);
  if (!ended) throw std::runtime_error("the test's coroutine didn't end in time");
}

/// Starts `task` beside the test; an exception in it ends the loop, and so fails the test.
inline void start(const asio::any_io_executor& executor, std::function<asio::awaitable<void>()> task) {
  asio::co_spawn(executor, std::move(task), [](std::exception_ptr thrown) {
    if (thrown) std::rethrow_exception(thrown);
  });
}

inline asio::awaitable<void> sleep(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(asio::use_awaitable);
}

/// Reads exactly `size` bytes, fewer at the end of the stream.
inline asio::awaitable<std::string> read_exactly(Stream& stream, std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const std::size_t count = co_await stream.read_some(std::span(bytes).subspan(have));
    if (count == 0) break;
    have += count;
  }
  bytes.resize(have);
  co_return bytes;
}

/// Bytes that differ from place to place, so that a lost or doubled piece shows.
inline std::string pattern(std::size_t size, unsigned seed = 1) {
  std::string bytes(size, '\0');
  unsigned state = seed * 2654435761u + 12345u;
  for (char& byte : bytes) {
    state = state * 1664525u + 1013904223u;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

}  // namespace rspbridge::transport::test
