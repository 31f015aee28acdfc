#include "transport/deadline.hpp"

namespace rspbridge::transport {

Deadline::Deadline(const asio::any_io_executor& executor, std::chrono::seconds limit)
    : state_(std::make_shared<State>(State{asio::steady_timer(executor), Clock::now() + limit, {}})) {
  arm(state_);
}

Deadline::~Deadline() {
  state_->action = nullptr;
  state_->end = Clock::time_point::max();
  state_->timer.cancel();
}

void Deadline::arm(std::shared_ptr<State> state) {
  auto& timer = state->timer;
  timer.expires_at(state->end);
  timer.async_wait([state](std::error_code cancelled) {
    if (cancelled || state->end == Clock::time_point::max()) return;
    if (Clock::now() < state->end) return arm(state);  // it was extended
    state->passed = true;
    if (state->action) state->action();
  });
}

}  // namespace rspbridge::transport
