// A gdbserver on the target, started and ended over SSH.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <asio/awaitable.hpp>

#include "proxy/launch/gdbserver_command.hpp"
#include "proxy/launch/program_io.hpp"
#include "transport/command.hpp"
#include "transport/ssh.hpp"
#include "transport/stream.hpp"

namespace rspbridge::proxy::launch {

/// A gdbserver that runs on the target. Its own messages go to the log, the program's output to our
/// stdout and stderr.
class RemoteGdbserver {
 public:
  /// Starts it and waits until it listens. Throws std::runtime_error with a sentence that says what
  /// happened and what to do (no gdbserver, no such program, not allowed to attach).
  static asio::awaitable<std::unique_ptr<RemoteGdbserver>> start(transport::SshSessionPtr ssh,
                                                                 GdbserverOptions options);
  ~RemoteGdbserver();

  /// Connects to it through the tunnel. Throws transport::SshError.
  asio::awaitable<transport::StreamPtr> connect();

  /// Where it listens on the target, on its loopback. It takes one connection.
  std::uint16_t port() const noexcept { return port_; }

  /// The process that it started or attached to, if there is one yet.
  std::optional<std::int64_t> inferior_pid() const noexcept { return inferior_; }

  /// gdbserver has ended, and all of the program's output was passed on.
  bool over() const noexcept { return io_->over(); }

  bool has_pty() const noexcept { return options_.pty.has_value(); }
  /// Our terminal's window changed.
  void resize(int columns, int rows) { io_->command().resize(columns, rows); }

  /// Sends SIGINT to a process of the target. Throws transport::SshError.
  asio::awaitable<void> interrupt(std::int64_t pid);

  /// A file of the target, whole, read beside gdbserver; at most 64 MiB. Throws std::system_error if it can't
  /// be read.
  asio::awaitable<std::string> read_file(std::string path);
  /// `most` bytes from `offset` on, or fewer where the file ends. Throws as read_file() does.
  asio::awaitable<std::string> read_file_part(std::string path, std::uint64_t offset, std::size_t most);

  /// Waits a moment for it to end by itself, ends it if it doesn't, and passes on the output that is
  /// still on its way. Never throws.
  /// @param by_force whether it may be ended by a signal: then it can't remove its breakpoints from a
  ///   process that it attached to
  asio::awaitable<void> finish(bool by_force);

 private:
  RemoteGdbserver(transport::SshSessionPtr ssh, GdbserverOptions options);
  /// The output of a command that reads `path`.
  asio::awaitable<std::string> output_of(std::string command, std::string path);
  /// The bytes behind the line that says where it listens.
  asio::awaitable<std::string> read_until_listening();
  asio::awaitable<std::size_t> read_messages(std::span<char> into);
  [[noreturn]] void fail_to_start(const transport::ExitStatus& status) const;
  asio::awaitable<void> signal(std::string name, std::int64_t pid);

  transport::SshSessionPtr ssh_;
  GdbserverOptions options_;
  std::shared_ptr<ProgramIo> io_;
  std::string said_;  ///< before it listened
  std::optional<std::int64_t> pid_, inferior_;
  std::uint16_t port_ = 0;
};

}  // namespace rspbridge::proxy::launch
