// Stubs on this host: qemu-aarch64's own, and commands that speak RSP on stdin and stdout.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

#include "transport/command.hpp"
#include "transport/stream.hpp"

namespace rspbridge::proxy::launch {

/// qemu-aarch64 with a program under its own stub, on a unix socket in a private directory (its TCP
/// stub listens on all interfaces). The program's output is ours. The destructor ends it.
class QemuStub {
 public:
  /// Starts qemu and connects. Throws std::runtime_error with a sentence.
  /// @param inherit_stdin the program reads our stdin; otherwise /dev/null
  static asio::awaitable<std::unique_ptr<QemuStub>> start(std::vector<std::string> program,
                                                          bool inherit_stdin);
  ~QemuStub();

  /// The connected stub; can be taken once.
  transport::StreamPtr take_stream() { return std::move(stream_); }
  /// Waits a moment for qemu to end by itself.
  asio::awaitable<void> finish();

 private:
  QemuStub() = default;
  transport::CommandPtr command_;
  transport::StreamPtr stream_;
  std::filesystem::path directory_;
};

/// Runs `command` by /bin/sh with the stub on its stdin and stdout; its stderr goes to the log.
transport::StreamPtr start_stdio_stub(const asio::any_io_executor& executor, const std::string& command);

}  // namespace rspbridge::proxy::launch
