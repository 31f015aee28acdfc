// Coroutines for handlers that ask the stub before they answer. No thread, no loop: whoever delivers
// the stub's reply resumes them.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace rspbridge::proxy::near {

/// A coroutine that starts when it is awaited, or by start(), and gives one T. Owns its frame: a task
/// that is destroyed while it waits is gone with all that it awaits. An exception passes to the
/// awaiter.
template <class T>
class Task {
 public:
  struct promise_type {
    Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    auto final_suspend() noexcept {
      struct Back {
        bool await_ready() noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
          return self.promise().awaiter ? self.promise().awaiter : std::noop_coroutine();
        }
        void await_resume() noexcept {}
      };
      return Back{};
    }
    void return_value(T result) { value = std::move(result); }
    void unhandled_exception() { failure = std::current_exception(); }

    std::optional<T> value;
    std::exception_ptr failure;
    std::coroutine_handle<> awaiter;
  };

  Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~Task() {
    if (frame_) frame_.destroy();
  }

  /// Runs until the first wait, or to the end. For a task that nobody awaits.
  void start() { frame_.resume(); }
  bool done() const { return frame_.done(); }
  /// The result of a task that is done.
  T take() {
    if (frame_.promise().failure) std::rethrow_exception(frame_.promise().failure);
    return *std::move(frame_.promise().value);
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) noexcept {
    frame_.promise().awaiter = awaiter;
    return frame_;
  }
  T await_resume() { return take(); }

 private:
  explicit Task(std::coroutine_handle<promise_type> frame) : frame_(frame) {}
  std::coroutine_handle<promise_type> frame_;
};

}  // namespace rspbridge::proxy::near
