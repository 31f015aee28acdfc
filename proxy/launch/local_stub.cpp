#include "proxy/launch/local_stub.hpp"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <spdlog/spdlog.h>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include "transport/process.hpp"
#include "transport/tcp.hpp"

namespace rspbridge::proxy::launch {
namespace {

constexpr const char* cross_libraries = "/usr/aarch64-linux-gnu";  // Debian's libc6-arm64-cross

std::filesystem::path private_directory() {
  std::string name = (std::filesystem::temp_directory_path() / "rspbridge-qemu.XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::system_error(errno, std::generic_category(), "mkdtemp " + name);
  return name;
}

std::vector<std::string> command_line(const std::filesystem::path& socket,
                                      const std::vector<std::string>& program) {
  std::vector<std::string> argv = {"qemu-aarch64", "-g", socket.string()};
  if (!std::getenv("QEMU_LD_PREFIX") && std::filesystem::exists(cross_libraries))
    argv.insert(argv.end(), {"-L", cross_libraries});
  argv.insert(argv.end(), program.begin(), program.end());
  return argv;
}

}  // namespace

asio::awaitable<std::unique_ptr<QemuStub>> QemuStub::start(std::vector<std::string> program,
                                                           bool inherit_stdin) {
  using transport::StdioMode;
  auto executor = co_await asio::this_coro::executor;
  if (std::error_code missing; !std::filesystem::is_regular_file(program.front(), missing))
    throw std::runtime_error("there is no program '" + program.front() + "' on this host");
  std::unique_ptr<QemuStub> self(new QemuStub);
  self->directory_ = private_directory();
  const auto socket = self->directory_ / "stub";
  transport::SpawnOptions options;
  options.in = inherit_stdin ? StdioMode::inherit : StdioMode::null;
  options.out = options.err = StdioMode::inherit;
  try {
    self->command_ = transport::spawn(executor, command_line(socket, program), options);
  } catch (const std::system_error& error) {
    throw std::runtime_error(std::string("cannot run qemu-aarch64: ") + error.code().message() +
                             ". Install it (Debian: apt install qemu-user)");
  }
  auto status = std::make_shared<std::optional<transport::ExitStatus>>();
  asio::co_spawn(
      executor,
      [](transport::Command& command, std::shared_ptr<std::optional<transport::ExitStatus>> to)
          -> asio::awaitable<void> { *to = co_await command.wait(); }(*self->command_, status),
      asio::detached);
  asio::steady_timer pause(executor);
  for (int i = 0; i < 1000 && !self->stream_ && !*status; ++i) {
    std::error_code exists;
    if (std::filesystem::exists(socket, exists)) {
      try {
        self->stream_ = co_await transport::connect_unix(socket);
        break;
      } catch (const std::system_error& error) {
        if (error.code() != std::errc::connection_refused) throw;  // bound, but it doesn't listen yet
      }
    }
    pause.expires_after(std::chrono::milliseconds(10));
    co_await pause.async_wait(asio::use_awaitable);
  }
  if (*status)
    throw std::runtime_error(
        "qemu-aarch64 could not start '" + program.front() + "' (" + (*status)->describe() +
        "). Is it an ARM64 program? A dynamic one needs its libraries: set QEMU_LD_PREFIX");
  if (!self->stream_) throw std::runtime_error("qemu-aarch64 opened no stub within 10 s");
  co_return self;
}

QemuStub::~QemuStub() {
  command_.reset();
  std::error_code error;
  if (!directory_.empty()) std::filesystem::remove_all(directory_, error);
  if (error) spdlog::warn("could not remove {}: {}", directory_.string(), error.message());
}

asio::awaitable<void> QemuStub::finish() {
  auto executor = co_await asio::this_coro::executor;
  asio::steady_timer pause(executor, std::chrono::milliseconds(50));
  co_await pause.async_wait(asio::use_awaitable);
}

transport::StreamPtr start_stdio_stub(const asio::any_io_executor& executor, const std::string& command) {
  auto running = transport::spawn(executor, {"/bin/sh", "-c", command});
  return transport::stdio_stream(executor, std::move(running), "exec:" + command,
                                 [](const std::string& line) { spdlog::info("stub: {}", line); });
}

}  // namespace rspbridge::proxy::launch
