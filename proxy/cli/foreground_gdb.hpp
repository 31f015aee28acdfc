// --gdb: a GDB in the foreground, already connected.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>

#include "transport/command.hpp"

namespace rspbridge::proxy::cli {

/// Whether `program` is a path to an executable, or the name of one in PATH.
bool is_executable(const std::string& program);

/// What a GDB is told before it connects. GDB gives a stub 2 s for an answer and then goes on without it; a
/// link may be slower, or be cut for a while.
inline constexpr const char* remote_timeout = "set remotetimeout 120";

/// GDB's helper: of the tree for a program that runs where it was built, else as installed. Nothing if it
/// isn't there, which the log tells.
std::optional<std::filesystem::path> gdb_helper();

class ForegroundGdb : public std::enable_shared_from_this<ForegroundGdb> {
 public:
  /// Starts `gdb` (empty: gdb-multiarch if it is there, else gdb) on our terminal. Throws Failure.
  static std::shared_ptr<ForegroundGdb> start(const asio::any_io_executor& executor, std::string gdb,
                                              const std::string& where);
  /// Called once, when GDB has ended.
  void on_end(std::function<void(std::string why)> call);
  /// Waits for GDB's end.
  asio::awaitable<void> wait();

 private:
  explicit ForegroundGdb(const asio::any_io_executor& executor)
      : ended_(executor, asio::steady_timer::time_point::max()) {}
  static asio::awaitable<void> watch(std::shared_ptr<ForegroundGdb> self);

  transport::CommandPtr command_;
  std::optional<std::string> end_;
  std::function<void(std::string)> call_;
  asio::steady_timer ended_;
};

}  // namespace rspbridge::proxy::cli
