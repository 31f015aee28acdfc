// A time limit for something made of several steps.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>

namespace rspbridge::transport {

/// Calls the current step's action once, when the time is up. Time that the user takes can be given
/// back. Ends with this object.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  Deadline(const asio::any_io_executor& executor, std::chrono::seconds limit);
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  ~Deadline();

  /// What ends the step that is under way; replaces the one before.
  void set_action(std::function<void()> action) { state_->action = std::move(action); }
  void extend(Clock::duration by) { state_->end += by; }
  bool passed() const noexcept { return state_->passed; }

 private:
  struct State {
    asio::steady_timer timer;
    Clock::time_point end;
    std::function<void()> action;
    bool passed = false;
  };
  static void arm(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;
};

}  // namespace rspbridge::transport
