// A child process of this one, started by fork and exec, and how it ends.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "transport/command.hpp"
#include "transport/fd.hpp"

namespace rspbridge::transport {

/// What the child gets as its descriptors 0, 1 and 2; -1 leaves it this process's own.
struct ChildStdio {
  int in = -1, out = -1, err = -1;
};

struct ChildOptions {
  bool new_process_group = true;  ///< and end() then ends the whole group
  bool die_with_parent = true;    ///< SIGTERM when this thread ends
  bool ignore_interrupt = false;  ///< a terminal's ^C doesn't end it
};

/// Started, and reaped by this object alone. Uses a pidfd instead of SIGCHLD, so that it doesn't
/// meddle with anybody's signal handlers.
class Child {
 public:
  /// Runs argv[0], looked up in PATH. Throws std::system_error with the errno of exec.
  static Child start(const std::vector<std::string>& argv, const ChildStdio& stdio,
                     const ChildOptions& options);
  Child(Child&&) noexcept = default;
  Child& operator=(Child&&) = delete;
  ~Child() { end(); }

  /// Becomes readable when the process has ended. Stays this object's.
  int pidfd() const noexcept { return pidfd_.get(); }
  pid_t pid() const noexcept { return pid_; }

  /// How it ended, if it has. Never blocks.
  std::optional<ExitStatus> try_reap();

  /// SIGTERM to the process (group), SIGKILL after 150 ms, reaped. Blocks for at most 200 ms.
  void end() noexcept;

 private:
  Child(pid_t pid, UniqueFd pidfd, bool owns_group)
      : pid_(pid), pidfd_(std::move(pidfd)), owns_group_(owns_group) {}
  void send(int signal) noexcept;
  bool ended_within(int milliseconds) noexcept;

  pid_t pid_;
  UniqueFd pidfd_;
  bool owns_group_;
  std::optional<ExitStatus> status_;
};

}  // namespace rspbridge::transport
