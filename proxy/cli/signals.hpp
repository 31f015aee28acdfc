// The signals that a session reacts to.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <asio/any_io_executor.hpp>
#include <asio/signal_set.hpp>

namespace rspbridge::proxy::cli {

/// SIGINT (unless GDB has the terminal), SIGTERM and SIGHUP end the session.
class Signals {
 public:
  Signals(const asio::any_io_executor& executor, bool ignore_interrupt);
  /// Calls `end` with the reason for a signal that came or comes.
  void on_signal(std::function<void(std::string)> end);
  /// Calls `changed` whenever the terminal's window changes.
  void on_window(std::function<void()> changed);
  void cancel();

 private:
  void wait();
  void wait_for_window();

  asio::signal_set signals_, window_;
  std::function<void()> window_changed_;
  std::function<void(std::string)> end_;
  std::optional<std::string> received_;
};

}  // namespace rspbridge::proxy::cli
