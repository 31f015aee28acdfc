#include "proxy/cli/signals.hpp"

#include <csignal>
#include <utility>

namespace rspbridge::proxy::cli {

Signals::Signals(const asio::any_io_executor& executor, bool ignore_interrupt)
    : signals_(executor, SIGTERM, SIGHUP), window_(executor) {
  if (ignore_interrupt)
    std::signal(SIGINT, SIG_IGN);
  else
    signals_.add(SIGINT);
  wait();
}

void Signals::on_signal(std::function<void(std::string)> end) {
  end_ = std::move(end);
  if (received_) end_(*received_);
}

void Signals::on_window(std::function<void()> changed) {
  window_.add(SIGWINCH);
  window_changed_ = std::move(changed);
  wait_for_window();
}

void Signals::cancel() {
  signals_.cancel();
  window_.cancel();
}

void Signals::wait() {
  signals_.async_wait([this](const asio::error_code& error, int number) {
    if (error) return;
    received_ = std::string("ended by ") + (number == SIGINT    ? "SIGINT"
                                            : number == SIGTERM ? "SIGTERM"
                                                                : "SIGHUP");
    if (end_) end_(*received_);
    wait();
  });
}

void Signals::wait_for_window() {
  window_.async_wait([this](const asio::error_code& error, int) {
    if (error) return;
    window_changed_();
    wait_for_window();
  });
}

}  // namespace rspbridge::proxy::cli
