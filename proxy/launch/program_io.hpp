// The streams of a program that runs under a gdbserver of ours.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

#include "proxy/launch/stdio.hpp"
#include "transport/command.hpp"

namespace rspbridge::proxy::launch {

/// Copies between a command's streams and ours, and waits for its end. gdbserver's own lines go to
/// the log. Lives until its coroutines have ended.
class ProgramIo : public std::enable_shared_from_this<ProgramIo> {
 public:
  ProgramIo(asio::any_io_executor executor, transport::CommandPtr command);

  transport::Command& command() noexcept { return *command_; }
  /// How the command ended; nothing while it runs.
  const std::optional<transport::ExitStatus>& status() const noexcept { return status_; }
  /// The command has ended and all its output was passed on.
  bool over() const noexcept { return status_ && open_outputs_ == 0; }

  /// Begins to wait for the command's end. Call once, first.
  void watch();
  /// What is done with the streams.
  struct Ways {
    bool pty = false, forward_stdin = false;
    std::optional<std::string> input;                       ///< for the program, in place of our stdin
    bool passes_output = true;                              ///< to our stdout and stderr
    std::function<void(std::string_view)> see_output = {};  ///< sees what the program writes; may be empty
  };
  /// Begins to copy. `early_output` was read already: of stdout with a pty, else of stderr.
  void start(Ways ways, std::string early_output);
  /// Ends copying; the command loses its streams.
  void close();

  /// Writes one of gdbserver's own lines to the log.
  static void log_message(std::string_view line);

 private:
  static asio::awaitable<void> wait(std::shared_ptr<ProgramIo> self);
  static asio::awaitable<void> copy_program_output(std::shared_ptr<ProgramIo> self);
  static asio::awaitable<void> copy_shared_output(std::shared_ptr<ProgramIo> self, std::string early_output);
  static asio::awaitable<void> feed_input(std::shared_ptr<ProgramIo> self);
  asio::awaitable<void> pass_on(StdioFd& out, std::string_view bytes);
  static asio::awaitable<void> feed(std::shared_ptr<ProgramIo> self);

  asio::any_io_executor executor_;
  transport::CommandPtr command_;
  std::optional<transport::ExitStatus> status_;
  Ways ways_;
  std::unique_ptr<StdioFd> in_;
  int open_outputs_ = 0;
};

}  // namespace rspbridge::proxy::launch
