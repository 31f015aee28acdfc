#include "proxy/launch/target_script.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include <spdlog/spdlog.h>
#include <asio/this_coro.hpp>

#include "proxy/launch/far_helper.hpp"
#include "proxy/launch/far_helper_script.hpp"
#include "proxy/launch/shell_words.hpp"
#include "transport/deadline.hpp"
#include "transport/process.hpp"

namespace rspbridge::proxy::launch {
namespace {

constexpr std::chrono::seconds patience(20);                 // until a script says something
constexpr std::size_t most_chatter = std::size_t{64} << 10;  // bytes that a login shell may say first

/// What was read together with the status line comes first.
class RestFirst final : public transport::Stream {
 public:
  RestFirst(std::string rest, transport::StreamPtr stream)
      : rest_(std::move(rest)), stream_(std::move(stream)) {}

  asio::awaitable<std::size_t> read_some(std::span<char> into) override {
    if (rest_.empty()) co_return co_await stream_->read_some(into);
    const std::size_t n = rest_.copy(into.data(), into.size());
    rest_.erase(0, n);
    co_return n;
  }
  asio::awaitable<void> write(std::string_view bytes) override { return stream_->write(bytes); }
  std::size_t write_at_once(std::string_view bytes) noexcept override {
    return stream_->write_at_once(bytes);
  }
  void shutdown_write() noexcept override { stream_->shutdown_write(); }
  void close() noexcept override { stream_->close(); }
  std::string describe() const override { return stream_->describe(); }

 private:
  std::string rest_;
  transport::StreamPtr stream_;
};

/// Takes the status line and what stands before it off the front of `said`.
std::optional<ScriptStatus> take_status(std::string& said) {
  std::string_view rest = said;
  for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (!line.starts_with(status_mark)) continue;
    line.remove_prefix(status_mark.size());
    const auto word = std::min(line.find(' '), line.size());
    ScriptStatus status{std::string(line.substr(0, word)),
                        std::string(line.substr(std::min(word + 1, line.size())))};
    said.erase(0, said.size() - rest.size());
    return status;
  }
  return std::nullopt;
}

}  // namespace

asio::awaitable<TargetScript> TargetScript::start(transport::SshSessionPtr ssh, std::string script) {
  const auto executor = co_await asio::this_coro::executor;
  TargetScript self;
  self.error_line_ = std::make_shared<std::string>();
  std::string command = login_shell_script(script);
  spdlog::debug("on {}: {}", ssh->describe(), command);
  auto running = co_await ssh->exec(command);
  auto note = [last = self.error_line_](const std::string& line) {
    spdlog::debug("on the target: {}", line);
    *last = line;
  };
  self.stream_ = transport::stdio_stream(executor, std::move(running), "the far helper on " + ssh->describe(),
                                         std::move(note));
  co_return self;
}

asio::awaitable<ScriptStatus> TargetScript::status() {
  const auto executor = co_await asio::this_coro::executor;
  transport::Deadline deadline(executor, patience);
  deadline.set_action([this] { stream_->close(); });
  std::optional<ScriptStatus> found;
  try {
    found = co_await read_status();
  } catch (const std::system_error&) {
    if (!deadline.passed()) throw;  // otherwise it is the close above
  }
  if (deadline.passed()) throw NoFarHelper("the target's shell didn't answer within 20 s");
  if (!found) {
    const std::string& said = *error_line_;
    throw NoFarHelper("the target's shell can't run what starts the far helper" +
                      (said.empty() ? std::string() : ": " + said));
  }
  if (found->word == status_failed) throw NoFarHelper(found->text);
  co_return *std::move(found);
}

asio::awaitable<std::optional<ScriptStatus>> TargetScript::read_status() {
  std::array<char, 4096> buffer{};
  while (rest_.size() < most_chatter) {
    const std::size_t n = co_await stream_->read_some(buffer);
    if (n == 0) break;
    rest_.append(buffer.data(), n);
    if (auto status = take_status(rest_)) co_return status;
  }
  co_return std::nullopt;
}

transport::StreamPtr TargetScript::take() {
  return std::make_unique<RestFirst>(std::move(rest_), std::move(stream_));
}

}  // namespace rspbridge::proxy::launch
