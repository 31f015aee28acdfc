// Exit codes and the errors that carry them.
#pragma once

#include <stdexcept>
#include <string>

namespace rspbridge::proxy::cli {

enum ExitCode : int { exit_ok = 0, exit_failed = 1, exit_usage = 2, exit_connection = 255 };

/// What ends the program: a message for the user, and the exit code.
class Failure : public std::runtime_error {
 public:
  Failure(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ExitCode code() const noexcept { return code_; }

 private:
  ExitCode code_;
};

}  // namespace rspbridge::proxy::cli
