// A running command with its three standard streams, here or on the far side of SSH.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <asio/awaitable.hpp>

namespace rspbridge::transport {

/// How a command ended.
struct ExitStatus {
  std::optional<int> code;            ///< set if it exited by itself
  std::optional<std::string> signal;  ///< "SEGV", without SIG, if a signal ended it
  bool ok() const noexcept { return code == 0; }
  std::string describe() const;  ///< "exit status 3", "killed by SIGSEGV", "connection lost"
};

/// Whether and with what window a command gets a terminal.
struct Pty {
  std::string term;  ///< $TERM
  int columns = 80, rows = 24;
};

/// A command that runs. Each of the reads and the write may be under way once at a time.
class Command {
 public:
  Command() = default;
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;
  /// Closes the streams. A local process that still runs is ended (SIGTERM, then SIGKILL) and
  /// reaped; a remote one merely loses its streams: end it with a command of its own.
  virtual ~Command() = default;

  virtual asio::awaitable<std::size_t> read_stdout(std::span<char> into) = 0;  ///< 0: end of file
  virtual asio::awaitable<std::size_t> read_stderr(std::span<char> into) = 0;  ///< 0: end of file
  virtual asio::awaitable<void> write_stdin(std::string_view bytes) = 0;
  virtual void close_stdin() noexcept = 0;
  /// Tells a command with a pty that the window changed; nothing without one.
  virtual void resize(int columns, int rows) noexcept = 0;
  /// Waits for the end; may be awaited by one coroutine, before or after the streams ended.
  virtual asio::awaitable<ExitStatus> wait() = 0;
  virtual void close() noexcept = 0;
};

using CommandPtr = std::unique_ptr<Command>;

}  // namespace rspbridge::transport
