#include <array>
#include <utility>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>

#include "transport/process.hpp"

namespace rspbridge::transport {
namespace {

constexpr std::size_t longest_line = 4096;

// Cuts what arrives into lines; a longer one is passed on in pieces.
class LineCutter {
 public:
  explicit LineCutter(std::function<void(std::string)> sink) : sink_(std::move(sink)) {}

  void feed(std::string_view bytes) {
    for (const char byte : bytes) {
      if (byte != '\n') line_ += byte;
      if (byte == '\n' || line_.size() >= longest_line) flush();
    }
  }

  void finish() {
    if (!line_.empty()) flush();
  }

 private:
  void flush() {
    if (!line_.empty() && line_.back() == '\r') line_.pop_back();
    if (sink_) sink_(std::exchange(line_, {}));
    line_.clear();
  }

  std::function<void(std::string)> sink_;
  std::string line_;
};

// Owns its share of the command, so that it may outlive the stream by one step.
asio::awaitable<void> pass_on_stderr(std::shared_ptr<Command> command,
                                     std::function<void(std::string)> sink) {
  LineCutter lines(std::move(sink));
  std::array<char, 1024> buffer;
  bool open = true;
  while (open) {
    std::size_t count = 0;
    try {
      count = co_await command->read_stderr(buffer);
    } catch (const std::system_error&) {
      count = 0;  // the stream was closed, or whoever reads stdout is told
    }
    lines.feed({buffer.data(), count});
    open = count > 0;
  }
  lines.finish();
}

class StdioStream final : public Stream {
 public:
  StdioStream(std::shared_ptr<Command> command, std::string name)
      : command_(std::move(command)), name_(std::move(name)) {}
  ~StdioStream() override { close(); }

  asio::awaitable<std::size_t> read_some(std::span<char> into) override {
    return command_->read_stdout(into);
  }
  asio::awaitable<void> write(std::string_view bytes) override { return command_->write_stdin(bytes); }
  void shutdown_write() noexcept override { command_->close_stdin(); }
  void close() noexcept override { command_->close(); }
  std::string describe() const override { return name_; }

 private:
  std::shared_ptr<Command> command_;
  std::string name_;
};

}  // namespace

StreamPtr stdio_stream(const asio::any_io_executor& executor, CommandPtr command, std::string name,
                       std::function<void(std::string line)> on_stderr) {
  std::shared_ptr<Command> shared = std::move(command);
  asio::co_spawn(executor, pass_on_stderr(shared, std::move(on_stderr)), asio::detached);
  return std::make_unique<StdioStream>(std::move(shared), std::move(name));
}

}  // namespace rspbridge::transport
