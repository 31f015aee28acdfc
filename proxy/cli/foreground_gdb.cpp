#include "proxy/cli/foreground_gdb.hpp"

#include <system_error>
#include <utility>
#include <vector>

#include <spdlog/spdlog.h>
#include <unistd.h>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>

#include "proxy/cli/errors.hpp"
#include "proxy/cli/search_path.hpp"
#include "transport/process.hpp"

namespace rspbridge::proxy::cli {

bool is_executable(const std::string& program) {
  if (program.find('/') != std::string::npos) return ::access(program.c_str(), X_OK) == 0;
  return find_program(program).has_value();
}

std::optional<std::filesystem::path> gdb_helper() {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  const fs::path helper = folder == RSPBRIDGE_BUILD_FOLDER
                              ? fs::path(RSPBRIDGE_GDB_HELPER)
                              : folder.parent_path() / "share/rspbridge/gdb/rspbridge.py";
  if (fs::is_regular_file(helper, error)) return helper;
  spdlog::warn("no GDB helper at {}: a GDB that knows no ARM64 won't disassemble it", helper.string());
  return std::nullopt;
}

std::shared_ptr<ForegroundGdb> ForegroundGdb::start(const asio::any_io_executor& executor, std::string gdb,
                                                    const std::string& where) {
  std::shared_ptr<ForegroundGdb> self(new ForegroundGdb(executor));
  if (gdb.empty()) gdb = find_program("gdb-multiarch") ? "gdb-multiarch" : "gdb";
  transport::SpawnOptions options;
  options.in = options.out = options.err = transport::StdioMode::inherit;
  options.new_process_group = false;  // it owns the terminal
  std::vector<std::string> command{gdb, "-iex", remote_timeout};
  if (const auto helper = gdb_helper()) command.insert(command.end(), {"-x", helper->string()});
  command.insert(command.end(), {"-ex", "target extended-remote " + where});
  try {
    self->command_ = transport::spawn(executor, command, options);
  } catch (const std::system_error& error) {
    throw Failure(exit_failed, "cannot run the GDB '" + gdb + "': " + error.code().message());
  }
  asio::co_spawn(executor, watch(self), asio::detached);
  return self;
}

asio::awaitable<void> ForegroundGdb::watch(std::shared_ptr<ForegroundGdb> self) {
  transport::ExitStatus status = co_await self->command_->wait();
  self->end_ = "GDB ended (" + status.describe() + ")";
  self->ended_.cancel();
  if (self->call_) self->call_(*self->end_);
}

void ForegroundGdb::on_end(std::function<void(std::string)> call) {
  call_ = std::move(call);
  if (end_) call_(*end_);
}

asio::awaitable<void> ForegroundGdb::wait() {
  while (!end_) {
    asio::error_code cancelled;
    co_await ended_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  }
}

}  // namespace rspbridge::proxy::cli
