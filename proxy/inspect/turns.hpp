// Taking turns among coroutines of one thread.
#pragma once

#include <list>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

namespace rspbridge::proxy::inspect {

/// One coroutine at a time has the turn; the others wait in order. So what one has found out, the next
/// needn't ask again. Not thread-safe.
class Turns {
 public:
  explicit Turns(asio::any_io_executor executor) : executor_(std::move(executor)) {}

  /// Has the turn while it lives.
  class Turn {
   public:
    explicit Turn(Turns& turns) : turns_(turns) {}
    ~Turn() { turns_.pass(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Turns& turns_;
  };

  /// Waits for the turn; then a Turn must be made at once.
  asio::awaitable<void> wait() {
    if (!taken_) {
      taken_ = true;
      co_return;
    }
    auto timer = waiting_.emplace(waiting_.end(), executor_, asio::steady_timer::time_point::max());
    asio::error_code cancelled;
    co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    waiting_.erase(timer);
  }

 private:
  void pass() {
    // The turn goes to the first that isn't called yet.
    for (auto& timer : waiting_)
      if (timer.cancel() > 0) return;
    taken_ = false;
  }

  asio::any_io_executor executor_;
  std::list<asio::steady_timer> waiting_;
  bool taken_ = false;
};

}  // namespace rspbridge::proxy::inspect
