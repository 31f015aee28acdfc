// A condition that coroutines of one thread wait for.
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

namespace rspbridge::transport {

/// Several may wait at once. Nothing is remembered: look at the state, wait, look again.
class Wakeup {
 public:
  explicit Wakeup(const asio::any_io_executor& executor)
      : timer_(executor, asio::steady_timer::time_point::max()) {}

  /// Until the next notify(), or until this object goes.
  asio::awaitable<void> wait() {
    std::error_code notified;
    auto token = asio::redirect_error(asio::use_awaitable, notified);
    co_await timer_.async_wait(token);
  }

  void notify() noexcept { timer_.cancel(); }

 private:
  asio::steady_timer timer_;
};

}  // namespace rspbridge::transport
