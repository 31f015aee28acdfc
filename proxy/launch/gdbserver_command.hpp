// How gdbserver is started on the target.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transport/command.hpp"

namespace rspbridge::proxy::launch {

/// What gdbserver shall do.
struct GdbserverOptions {
  std::string gdbserver = "gdbserver";  ///< a name in the target's PATH, or a path there
  std::vector<std::string> program;     ///< exec: the program and its arguments
  std::optional<std::int64_t> attach;   ///< attach: the pid. Neither: `--multi`
  std::optional<transport::Pty> pty;    ///< the program gets a terminal
  bool outlives_terminal = false;       ///< the end of its terminal doesn't end it (SIGHUP is ignored)
  bool forward_stdin = false;           ///< the program reads our stdin; otherwise /dev/null
  std::optional<std::string> input;     ///< the program reads this in place of our stdin
  bool passes_output = true;            ///< the program's output goes to our stdout and stderr
  /// Sees the program's output as it comes; may be empty.
  std::function<void(std::string_view)> see_output = {};
};

/// What the line begins with that says gdbserver's pid.
inline constexpr std::string_view pid_mark = "rspbridge-gdbserver-pid ";

/// The command for the login shell that starts gdbserver, on the target's loopback and a port that
/// the target picks. It says its pid first, so that it can be found and ended.
std::string gdbserver_command(const GdbserverOptions& options);

}  // namespace rspbridge::proxy::launch
