#include "proxy/launch/remote_gdbserver.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <stdexcept>
#include <utility>

#include <spdlog/spdlog.h>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include "proxy/launch/gdbserver_lines.hpp"
#include "proxy/launch/shell_words.hpp"

namespace rspbridge::proxy::launch {
namespace {

std::string trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return std::string(text);
}

}  // namespace

RemoteGdbserver::RemoteGdbserver(transport::SshSessionPtr ssh, GdbserverOptions options)
    : ssh_(std::move(ssh)), options_(std::move(options)) {}

RemoteGdbserver::~RemoteGdbserver() {
  if (io_) io_->close();
}

asio::awaitable<std::unique_ptr<RemoteGdbserver>> RemoteGdbserver::start(transport::SshSessionPtr ssh,
                                                                         GdbserverOptions options) {
  std::unique_ptr<RemoteGdbserver> self(new RemoteGdbserver(std::move(ssh), std::move(options)));
  std::string command = gdbserver_command(self->options_);
  spdlog::debug("on {}: {}", self->ssh_->describe(), command);
  auto executor = co_await asio::this_coro::executor;
  auto running = co_await self->ssh_->exec(command, self->options_.pty);
  self->io_ = std::make_shared<ProgramIo>(executor, std::move(running));
  self->io_->watch();
  std::string rest = co_await self->read_until_listening();
  ProgramIo::Ways ways{self->has_pty(), self->options_.forward_stdin, self->options_.input,
                       self->options_.passes_output, self->options_.see_output};
  self->io_->start(std::move(ways), std::move(rest));
  co_return self;
}

asio::awaitable<std::size_t> RemoteGdbserver::read_messages(std::span<char> into) {
  if (options_.pty) co_return co_await io_->command().read_stdout(into);
  co_return co_await io_->command().read_stderr(into);
}

asio::awaitable<std::string> RemoteGdbserver::read_until_listening() {
  std::array<char, 4096> buffer{};
  std::string line, rest;
  while (port_ == 0) {
    const std::size_t n = co_await read_messages(buffer);
    if (n == 0) break;
    for (std::size_t i = 0; i < n && port_ == 0; ++i) {
      if (buffer[i] != '\n') {
        line += buffer[i];
        continue;
      }
      const std::string text = trimmed(std::exchange(line, {}));
      if (text.starts_with(pid_mark)) {
        std::int64_t pid = 0;
        std::from_chars(text.data() + pid_mark.size(), text.data() + text.size(), pid);
        pid_ = pid;
        continue;
      }
      spdlog::debug("gdbserver: {}", text);
      said_ += text + "\n";
      if (auto inferior = launch::inferior_pid(text)) inferior_ = inferior;
      if (auto port = listening_port(text)) {
        port_ = *port;
        rest.assign(buffer.data() + i + 1, n - i - 1);
      }
    }
  }
  if (port_ != 0) co_return rest;
  auto executor = co_await asio::this_coro::executor;
  asio::steady_timer pause(executor);
  for (int i = 0; i < 200 && !io_->status(); ++i) {
    pause.expires_after(std::chrono::milliseconds(10));
    co_await pause.async_wait(asio::use_awaitable);
  }
  fail_to_start(io_->status().value_or(transport::ExitStatus{}));
}

void RemoteGdbserver::fail_to_start(const transport::ExitStatus& status) const {
  const std::string where = ssh_->describe();
  const std::string said = trimmed(said_);
  if (status.code == 127 || status.code == 126)
    throw std::runtime_error(
        "cannot run '" + options_.gdbserver + "' on " + where + " (" + said +
        "). Install gdbserver there (Debian: apt install gdbserver), or name it with --gdbserver PATH");
  std::string what = "gdbserver on " + where + " ended before it listened (" + status.describe() + ")";
  if (!said.empty()) what += "; it said: " + said;
  if (options_.attach && said.find("permitted") != std::string::npos)
    what +=
        "\nTo attach, you must own the process, and /proc/sys/kernel/yama/ptrace_scope on the target must be "
        "0 (or log in as root)";
  else if (said.empty())
    what += "\nIs '" + options_.gdbserver + "' a gdbserver?";
  else if (!options_.program.empty())
    what += "\nIs '" + options_.program.front() + "' there, and may it be executed?";
  throw std::runtime_error(what);
}

asio::awaitable<transport::StreamPtr> RemoteGdbserver::connect() {
  co_return co_await ssh_->direct_tcpip("127.0.0.1", port_);
}

asio::awaitable<void> RemoteGdbserver::signal(std::string name, std::int64_t pid) {
  spdlog::debug("SIG{} to process {} on {}", name, pid, ssh_->describe());
  const std::vector<std::string> arguments(1, std::to_string(pid));
  std::string command = login_shell_command("kill -" + name + " $1", arguments);
  auto killer = co_await ssh_->exec(command);
  co_await killer->wait();
}

asio::awaitable<void> RemoteGdbserver::interrupt(std::int64_t pid) {
  std::string name = "INT";
  co_await signal(name, pid);
}

asio::awaitable<std::string> RemoteGdbserver::read_file(std::string path) {
  const std::vector<std::string> arguments(1, path);
  std::string command = login_shell_command("exec cat \"$1\" 2>/dev/null", arguments);
  co_return co_await output_of(std::move(command), path);
}

asio::awaitable<std::string> RemoteGdbserver::read_file_part(std::string path, std::uint64_t offset,
                                                             std::size_t most) {
  // Files of /proc want whole entries, and dd counts in blocks.
  std::uint64_t block = 4096;
  while (offset % block != 0 || most % block != 0) block /= 2;
  const std::vector<std::string> arguments{path, std::to_string(block), std::to_string(offset / block),
                                           std::to_string(most / block)};
  std::string command =
      login_shell_command("exec dd if=\"$1\" bs=\"$2\" skip=\"$3\" count=\"$4\" 2>/dev/null", arguments);
  co_return co_await output_of(std::move(command), path);
}

asio::awaitable<std::string> RemoteGdbserver::output_of(std::string command, std::string path) {
  constexpr std::size_t most = std::size_t{64} << 20;
  auto reader = co_await ssh_->exec(command);
  std::string text;
  std::vector<char> buffer(std::size_t{64} << 10);
  while (const std::size_t n = co_await reader->read_stdout(buffer)) {
    text.append(buffer.data(), n);
    if (text.size() > most) throw std::system_error(std::make_error_code(std::errc::file_too_large), path);
  }
  const transport::ExitStatus status = co_await reader->wait();
  if (!status.ok())
    throw std::system_error(std::make_error_code(std::errc::io_error),
                            path + " can't be read on the target by SSH");
  co_return text;
}

asio::awaitable<void> RemoteGdbserver::finish(bool by_force) {
  auto executor = co_await asio::this_coro::executor;
  asio::steady_timer pause(executor);
  for (int i = 0; i < 300 && !io_->over(); ++i) {
    if (i == 200 && !io_->status() && by_force && pid_) {
      try {
        std::string name = "TERM";
        co_await signal(name, *pid_);
      } catch (const std::system_error& error) {
        spdlog::debug("ending gdbserver: {}", error.what());
      }
    }
    pause.expires_after(std::chrono::milliseconds(10));
    co_await pause.async_wait(asio::use_awaitable);
  }
  if (!io_->status())
    spdlog::warn("gdbserver (pid {}) may still run on {}{}", pid_.value_or(0), ssh_->describe(),
                 by_force ? "" : ": it stays for as long as the process that it was to let go");
}

}  // namespace rspbridge::proxy::launch
