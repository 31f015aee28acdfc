// How clients other than GDB stop and resume the target.
#pragma once

#include <optional>

#include <asio/awaitable.hpp>

#include "proxy/inspect/inspection.hpp"

namespace rspbridge::proxy::inspect {

/// One session's target. Everything runs on the session's executor.
class Control {
 public:
  virtual ~Control() = default;

  /// Stops a target that runs, whoever resumed it: a GDB that waits for it sees a SIGINT. Done once it has
  /// stopped. Problem::stopped if it doesn't run, Problem::unsupported if it doesn't stop within some
  /// seconds.
  virtual asio::awaitable<std::optional<Failure>> interrupt_target() = 0;

  /// Lets a stopped target run, with the signal that it stopped for, as GDB's `continue` does. Done once that
  /// is on its way. Problem::controlled while a GDB is connected: the protocol has no way to tell it that its
  /// target runs.
  virtual asio::awaitable<std::optional<Failure>> continue_target() = 0;
};

}  // namespace rspbridge::proxy::inspect
