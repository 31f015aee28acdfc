// The link inside one process: two queues.
#pragma once

#include <deque>
#include <functional>
#include <utility>

#include "proxy/link/messages.hpp"

namespace rspbridge::proxy::link {

/// Carries messages between a near and a far in the same thread. drain() delivers until both queues
/// are empty, so a message is never handled inside the call that sent it.
class QueueLink {
 public:
  SendToFar to_far() {
    return [this](ToFar m) { far_queue_.push_back(std::move(m)); };
  }
  SendToNear to_near() {
    return [this](ToNear m) { near_queue_.push_back(std::move(m)); };
  }

  /// Who takes the messages. Both must be set before the first drain().
  std::function<void(ToFar)> on_far;
  std::function<void(ToNear)> on_near;

  void drain() {
    while (!far_queue_.empty() || !near_queue_.empty()) {
      if (!far_queue_.empty()) {
        auto message = std::move(far_queue_.front());
        far_queue_.pop_front();
        on_far(std::move(message));
      } else {
        auto message = std::move(near_queue_.front());
        near_queue_.pop_front();
        on_near(std::move(message));
      }
    }
  }

 private:
  std::deque<ToFar> far_queue_;
  std::deque<ToNear> near_queue_;
};

}  // namespace rspbridge::proxy::link
