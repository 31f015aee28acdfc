#include "proxy/launch/program_io.hpp"

#include <system_error>
#include <utility>
#include <vector>

#include <spdlog/spdlog.h>
#include <unistd.h>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>

#include "proxy/launch/gdbserver_lines.hpp"

namespace rspbridge::proxy::launch {
namespace {

constexpr std::size_t buffer_size = std::size_t{32} << 10;

}  // namespace

ProgramIo::ProgramIo(asio::any_io_executor executor, transport::CommandPtr command)
    : executor_(std::move(executor)), command_(std::move(command)) {}

void ProgramIo::log_message(std::string_view line) {
  // What tells of the program's end is worth a line; and should the program have written it, it is not lost.
  spdlog::log(is_start_line(line) ? spdlog::level::debug : spdlog::level::info, "gdbserver: {}", line);
}

void ProgramIo::watch() {
  asio::co_spawn(executor_, wait(shared_from_this()), asio::detached);
}

void ProgramIo::start(Ways ways, std::string early_output) {
  ways_ = std::move(ways);
  asio::co_spawn(executor_, copy_shared_output(shared_from_this(), std::move(early_output)), asio::detached);
  if (!ways_.pty) asio::co_spawn(executor_, copy_program_output(shared_from_this()), asio::detached);
  if (ways_.input)
    asio::co_spawn(executor_, feed_input(shared_from_this()), asio::detached);
  else if (ways_.forward_stdin)
    asio::co_spawn(executor_, feed(shared_from_this()), asio::detached);
  else if (!ways_.pty)
    command_->close_stdin();
}

asio::awaitable<void> ProgramIo::pass_on(StdioFd& out, std::string_view bytes) {
  if (ways_.see_output) ways_.see_output(bytes);
  if (ways_.passes_output) co_await out.write(bytes);
}

void ProgramIo::close() {
  if (in_) in_->cancel();
  command_->close();
}

asio::awaitable<void> ProgramIo::wait(std::shared_ptr<ProgramIo> self) {
  try {
    self->status_ = co_await self->command_->wait();
  } catch (const std::system_error& error) {
    spdlog::debug("gdbserver's channel ended: {}", error.what());
    self->status_ = transport::ExitStatus{};
  }
}

// stdout without a pty is the program's alone.
asio::awaitable<void> ProgramIo::copy_program_output(std::shared_ptr<ProgramIo> self) {
  ++self->open_outputs_;
  try {
    StdioFd out(self->executor_, STDOUT_FILENO);
    std::vector<char> buffer(buffer_size);
    while (std::size_t n = co_await self->command_->read_stdout(buffer))
      co_await self->pass_on(out, std::string_view(buffer.data(), n));
  } catch (const std::system_error& error) {
    spdlog::debug("the program's output ended: {}", error.what());
  }
  --self->open_outputs_;
}

// gdbserver writes to stderr, too; with a pty all is one stream.
asio::awaitable<void> ProgramIo::copy_shared_output(std::shared_ptr<ProgramIo> self,
                                                    std::string early_output) {
  ++self->open_outputs_;
  const bool pty = self->ways_.pty;
  try {
    StdioFd out(self->executor_, pty ? STDOUT_FILENO : STDERR_FILENO);
    std::string text;
    GdbserverLines lines(log_message, [&](std::string_view bytes) { text += bytes; });
    lines.feed(early_output);
    std::vector<char> buffer(buffer_size);
    for (std::size_t n = 1; n > 0;) {
      if (pty)
        n = co_await self->command_->read_stdout(buffer);
      else
        n = co_await self->command_->read_stderr(buffer);
      if (n > 0)
        lines.feed({buffer.data(), n});
      else
        lines.finish();
      co_await self->pass_on(out, text);
      text.clear();
    }
  } catch (const std::system_error& error) {
    spdlog::debug("the program's output ended: {}", error.what());
  }
  --self->open_outputs_;
}

asio::awaitable<void> ProgramIo::feed(std::shared_ptr<ProgramIo> self) {
  try {
    self->in_ = std::make_unique<StdioFd>(self->executor_, STDIN_FILENO);
    std::vector<char> buffer(buffer_size);
    while (std::size_t n = co_await self->in_->read_some(buffer))
      co_await self->command_->write_stdin(std::string_view(buffer.data(), n));
    self->command_->close_stdin();
  } catch (const std::system_error& error) {
    spdlog::debug("the program's input ended: {}", error.what());
  }
}

asio::awaitable<void> ProgramIo::feed_input(std::shared_ptr<ProgramIo> self) {
  try {
    co_await self->command_->write_stdin(*self->ways_.input);
    self->command_->close_stdin();
  } catch (const std::system_error& error) {
    spdlog::debug("the program's input ended: {}", error.what());
  }
}

}  // namespace rspbridge::proxy::launch
