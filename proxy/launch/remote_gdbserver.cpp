#include "proxy/launch/remote_gdbserver.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <stdexcept>
#include <utility>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "proxy/launch/shell_words.hpp"

namespace rspbridge::proxy::launch {
namespace {

constexpr std::string_view pid_mark = "rspbridge-gdbserver-pid ";
constexpr std::string_view any_port = "127.0.0.1:0";

// Splitting at blanks is how gdbserver hands arguments over without its shell: it would lose empty
// ones, too.
bool survives_without_shell(const std::string& argument) {
  return !argument.empty() && argument.find_first_of(" \t\n\r\v\f") == std::string::npos;
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return std::string(text);
}

}  // namespace

std::string gdbserver_command(const GdbserverOptions& options) {
  const std::string say_pid = "echo " + std::string(pid_mark) + "$$ $(uname -m) >&2;";
  const std::string no_input = options.pty || options.forward_stdin ? "" : " </dev/null";
  std::vector<std::string> words = {options.gdbserver, "--once"};
  if (options.attach) {
    words.insert(words.end(), {"--attach", std::string(any_port), std::to_string(*options.attach)});
    return login_shell_command(say_pid + "exec \"$@\"" + no_input, words);
  }
  if (options.program.empty()) {
    words.insert(words.end(), {"--multi", std::string(any_port)});
    return login_shell_command(say_pid + "exec \"$@\"" + no_input, words);
  }
  if (std::all_of(options.program.begin(), options.program.end(), survives_without_shell)) {
    words.insert(words.end(), {"--no-startup-with-shell", std::string(any_port)});
    words.insert(words.end(), options.program.begin(), options.program.end());
    return login_shell_command(say_pid + "exec \"$@\"" + no_input, words);
  }
  // gdbserver quotes for a POSIX shell, so that is what it must use; the program still gets the
  // user's own SHELL.
  words = {options.gdbserver};
  words.insert(words.end(), options.program.begin(), options.program.end());
  return login_shell_command(say_pid +
                                 "rspbridge_g=$1;shift;rspbridge_s=$SHELL;SHELL=/bin/sh;export SHELL;"
                                 "exec \"$rspbridge_g\" --once --startup-with-shell "
                                 "--wrapper env \"SHELL=$rspbridge_s\" -- 127.0.0.1:0 \"$@\"" + no_input,
                             words);
}

// What goes on after gdbserver listens; outlives the owner until its coroutines end.
struct RemoteGdbserver::Pumps : std::enable_shared_from_this<Pumps> {
  Pumps(asio::any_io_executor ex, transport::CommandPtr c) : executor(std::move(ex)), command(std::move(c)) {}

  asio::any_io_executor executor;
  transport::CommandPtr command;
  std::optional<transport::ExitStatus> status;
  std::unique_ptr<StdioFd> in;
  std::string early_output;  ///< after "Listening", in the same read
  int open_outputs = 0;

  void start(bool pty, bool forward_stdin) {
    asio::co_spawn(executor, copy(shared_from_this(), true, STDOUT_FILENO, pty), asio::detached);
    if (!pty) asio::co_spawn(executor, copy(shared_from_this(), false, STDERR_FILENO, true), asio::detached);
    if (forward_stdin) asio::co_spawn(executor, feed(shared_from_this()), asio::detached);
    else if (!pty) command->close_stdin();
  }

  static void log_message(std::string_view line) { spdlog::debug("gdbserver: {}", line); }

  static asio::awaitable<void> copy(std::shared_ptr<Pumps> self, bool is_stdout, int fd, bool has_messages) {
    ++self->open_outputs;
    try {
      StdioFd out(self->executor, fd);
      std::string text;
      GdbserverLines lines(log_message, [&](std::string_view bytes) { text += bytes; });
      if (has_messages) lines.feed(std::exchange(self->early_output, {}));
      std::vector<char> buffer(std::size_t{32} << 10);
      for (;;) {
        const std::size_t n = is_stdout ? co_await self->command->read_stdout(buffer) : co_await self->command->read_stderr(buffer);
        if (has_messages && n > 0) lines.feed({buffer.data(), n});
        else if (has_messages) lines.finish();
        else text.assign(buffer.data(), n);
        co_await out.write(text);
        text.clear();
        if (n == 0) break;
      }
    } catch (const std::system_error& error) {
      spdlog::debug("the program's output ended: {}", error.what());
    }
    --self->open_outputs;
  }

  static asio::awaitable<void> feed(std::shared_ptr<Pumps> self) {
    try {
      self->in = std::make_unique<StdioFd>(self->executor, STDIN_FILENO);
      std::vector<char> buffer(std::size_t{32} << 10);
      while (std::size_t n = co_await self->in->read_some(buffer)) {
        std::string bytes(buffer.data(), n);
        co_await self->command->write_stdin(bytes);
      }
      self->command->close_stdin();
    } catch (const std::system_error& error) {
      spdlog::debug("the program's input ended: {}", error.what());
    }
  }

  static asio::awaitable<void> watch(std::shared_ptr<Pumps> self) {
    try {
      self->status = co_await self->command->wait();
    } catch (const std::system_error& error) {
      spdlog::debug("gdbserver's channel ended: {}", error.what());
      self->status = transport::ExitStatus{};
    }
  }
};

RemoteGdbserver::RemoteGdbserver(transport::SshSessionPtr ssh, GdbserverOptions options)
    : ssh_(std::move(ssh)), options_(std::move(options)) {}

RemoteGdbserver::~RemoteGdbserver() {
  if (!pumps_) return;
  if (pumps_->in) pumps_->in->cancel();
  pumps_->command->close();
}

asio::awaitable<std::unique_ptr<RemoteGdbserver>> RemoteGdbserver::start(transport::SshSessionPtr ssh,
                                                                         GdbserverOptions options) {
  std::unique_ptr<RemoteGdbserver> self(new RemoteGdbserver(std::move(ssh), std::move(options)));
  std::string command = gdbserver_command(self->options_);
  spdlog::debug("on {}: {}", self->ssh_->describe(), command);
  auto executor = co_await asio::this_coro::executor;
  auto running = co_await self->ssh_->exec(command, self->options_.pty);
  self->pumps_ = std::make_shared<Pumps>(executor, std::move(running));
  asio::co_spawn(executor, Pumps::watch(self->pumps_), asio::detached);
  co_await self->read_until_listening();
  self->pumps_->start(self->options_.pty.has_value(), self->options_.forward_stdin);
  co_return self;
}

asio::awaitable<std::size_t> RemoteGdbserver::read_messages(std::span<char> into) {
  if (options_.pty) co_return co_await pumps_->command->read_stdout(into);
  co_return co_await pumps_->command->read_stderr(into);
}

asio::awaitable<void> RemoteGdbserver::read_until_listening() {
  std::array<char, 4096> buffer{};
  std::string line;
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
        const auto end = std::from_chars(text.data() + pid_mark.size(), text.data() + text.size(), pid).ptr;
        pid_ = pid;
        if (*end == ' ') machine_ = end + 1;
        continue;
      }
      Pumps::log_message(text);
      said_ += text + "\n";
      if (auto inferior = launch::inferior_pid(text)) inferior_ = inferior;
      if (auto port = listening_port(text)) {
        port_ = *port;
        pumps_->early_output.assign(buffer.data() + i + 1, n - i - 1);
      }
    }
  }
  if (port_ != 0) co_return;
  auto executor = co_await asio::this_coro::executor;
  asio::steady_timer pause(executor);
  for (int i = 0; i < 200 && !pumps_->status; ++i) {
    pause.expires_after(std::chrono::milliseconds(10));
    co_await pause.async_wait(asio::use_awaitable);
  }
  fail_to_start(pumps_->status.value_or(transport::ExitStatus{}));
}

void RemoteGdbserver::fail_to_start(const transport::ExitStatus& status) const {
  const std::string where = ssh_->describe();
  const std::string said = trimmed(said_);
  if (status.code == 127 || status.code == 126)
    throw std::runtime_error("cannot run '" + options_.gdbserver + "' on " + where + " (" + said +
                             "). Install gdbserver there (Debian: apt install gdbserver), or name it with --gdbserver PATH");
  std::string what = "gdbserver on " + where + " ended before it listened (" + status.describe() + ")";
  if (!said.empty()) what += "; it said: " + said;
  if (options_.attach && said.find("permitted") != std::string::npos)
    what += "\nTo attach, you must own the process, and /proc/sys/kernel/yama/ptrace_scope on the target must be 0 (or log in as root)";
  else if (!options_.program.empty())
    what += "\nIs '" + options_.program.front() + "' there, and may it be executed?";
  throw std::runtime_error(what);
}

asio::awaitable<transport::StreamPtr> RemoteGdbserver::connect() {
  co_return co_await ssh_->direct_tcpip("127.0.0.1", port_);
}

asio::awaitable<void> RemoteGdbserver::kill() {
  if (!pid_) co_return;
  spdlog::debug("ending gdbserver (pid {}) on {}", *pid_, ssh_->describe());
  const std::vector<std::string> arguments(1, std::to_string(*pid_));
  std::string command = login_shell_command("kill -TERM $1", arguments);
  auto killer = co_await ssh_->exec(command);
  co_await killer->wait();
}

asio::awaitable<void> RemoteGdbserver::finish() {
  auto executor = co_await asio::this_coro::executor;
  asio::steady_timer pause(executor);
  const auto ended = [this] { return pumps_->status && pumps_->open_outputs == 0; };
  for (int i = 0; i < 300 && !ended(); ++i) {
    if (i == 200 && !pumps_->status) {
      try {
        co_await kill();
      } catch (const std::system_error& error) {
        spdlog::warn("gdbserver (pid {}) may still run on {}: {}", pid_.value_or(0), ssh_->describe(), error.what());
        co_return;
      }
    }
    pause.expires_after(std::chrono::milliseconds(10));
    co_await pause.async_wait(asio::use_awaitable);
  }
  if (!pumps_->status) spdlog::warn("gdbserver (pid {}) may still run on {}", pid_.value_or(0), ssh_->describe());
}

}  // namespace rspbridge::proxy::launch
