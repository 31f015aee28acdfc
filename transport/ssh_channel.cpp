#include "transport/ssh_channel.hpp"

#include <algorithm>
#include <new>

#include <asio/error.hpp>
#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>

namespace rspbridge::transport {
namespace {

// Two packets: enough for throughput, and other channels needn't wait behind more.
constexpr std::size_t most_at_once = 64 * 1024;

SshChannel* self_of(void* user) {
  return static_cast<SshChannel*>(user);
}

}  // namespace

SshChannel::SshChannel(std::shared_ptr<SshLink> link)
    : link_(std::move(link)), channel_(ssh_channel_new(link_->session())), changed_(link_->executor()) {
  if (!channel_) throw std::bad_alloc();
  install_callbacks();
  link_->remember(changed_);
}

SshChannel::~SshChannel() {
  close();
  link_->forget(changed_);
  // libssh keeps the channel until the server has closed it, too.
  ssh_remove_channel_callbacks(channel_.get(), &callbacks_);
}

// The callbacks run inside libssh, so they only take notes and wake those who wait.
void SshChannel::install_callbacks() {
  callbacks_.userdata = this;
  callbacks_.channel_data_function = [](ssh_session, ssh_channel, void*, std::uint32_t, int, void* user) {
    self_of(user)->changed_.notify();
    return 0;  // takes nothing: libssh keeps the bytes, and the window closes if they aren't read
  };
  callbacks_.channel_eof_function = [](ssh_session, ssh_channel, void* user) {
    self_of(user)->changed_.notify();
  };
  callbacks_.channel_close_function = [](ssh_session, ssh_channel, void* user) {
    self_of(user)->closed_there_ = true;
    self_of(user)->changed_.notify();
  };
  callbacks_.channel_exit_status_function = [](ssh_session, ssh_channel, int status, void* user) {
    self_of(user)->exit_ = ExitStatus{status, std::nullopt};
    self_of(user)->changed_.notify();
  };
  callbacks_.channel_exit_signal_function = [](ssh_session, ssh_channel, const char* signal, int, const char*,
                                               const char*, void* user) {
    self_of(user)->exit_ = ExitStatus{std::nullopt, signal ? signal : "unknown"};
    self_of(user)->changed_.notify();
  };
  ssh_callbacks_init(&callbacks_);
  ssh_set_channel_callbacks(channel_.get(), &callbacks_);
}

asio::awaitable<void> SshChannel::run(std::function<int()> step, std::string what) {
  const auto self = shared_from_this();
  const int result = co_await link_->drive(step, SSH_AGAIN);
  if (result == SSH_OK) co_return;
  link_->throw_if_lost();
  throw SshError(SshErrc::channel_refused, "The SSH server refused " + what + ": " + link_->last_error());
}

asio::awaitable<void> SshChannel::open_session() {
  std::function<int()> step = [channel = channel_.get()] { return ssh_channel_open_session(channel); };
  co_await run(std::move(step), "to open a session");
  open_ = true;
}

asio::awaitable<void> SshChannel::open_direct_tcpip(std::string host, std::uint16_t port) {
  std::string what = "to connect to " + host + " port " + std::to_string(port);
  std::function<int()> step = [channel = channel_.get(), host, port] {
    return ssh_channel_open_forward(channel, host.c_str(), port, "127.0.0.1", 0);
  };
  co_await run(std::move(step), std::move(what));
  open_ = true;
}

asio::awaitable<void> SshChannel::request_pty(Pty pty) {
  std::function<int()> step = [channel = channel_.get(), pty] {
    return ssh_channel_request_pty_size(channel, pty.term.c_str(), pty.columns, pty.rows);
  };
  co_await run(std::move(step), "a terminal");
}

asio::awaitable<void> SshChannel::request_exec(std::string command) {
  std::string what = "to run '" + command + "'";
  std::function<int()> step = [channel = channel_.get(), command] {
    return ssh_channel_request_exec(channel, command.c_str());
  };
  co_await run(std::move(step), std::move(what));
}

bool SshChannel::closed_by_peer() const noexcept {
  return closed_there_ || ssh_channel_is_closed(channel_.get());
}

asio::awaitable<std::size_t> SshChannel::read(std::span<char> into, bool from_stderr) {
  const auto self = shared_from_this();
  while (true) {
    if (closed_here_) throw std::system_error(asio::error::operation_aborted);
    link_->throw_if_lost();
    const auto most = static_cast<std::uint32_t>(std::min<std::size_t>(into.size(), 1u << 20));
    const int count = ssh_channel_read_nonblocking(channel_.get(), into.data(), most, from_stderr ? 1 : 0);
    link_->touch();  // reading may have widened the window, which the server is to know
    if (count > 0) co_return static_cast<std::size_t>(count);
    link_->throw_if_lost();
    if (count == SSH_EOF || closed_by_peer() || ssh_channel_is_eof(channel_.get())) co_return 0;
    co_await changed_.wait();
  }
}

// 0 if it has to wait: for the window, for the socket, or for the end of a key exchange.
std::size_t SshChannel::write_some(std::string_view bytes) {
  if (link_->backed_up()) link_->touch();
  if (link_->lost() || link_->backed_up()) return 0;
  const std::size_t window = ssh_channel_window_size(channel_.get());
  const auto count = static_cast<std::uint32_t>(std::min({bytes.size(), window, most_at_once}));
  if (count == 0) return 0;  // at a closed window ssh_channel_write() would look for news by itself
  const int written = ssh_channel_write(channel_.get(), bytes.data(), count);
  link_->touch();
  if (written >= 0) return static_cast<std::size_t>(written);
  link_->throw_if_lost();
  throw std::system_error(std::make_error_code(std::errc::broken_pipe), "writing to an SSH channel");
}

asio::awaitable<void> SshChannel::write(std::string_view bytes) {
  const auto self = shared_from_this();
  while (!bytes.empty()) {
    if (closed_here_) throw std::system_error(asio::error::operation_aborted);
    link_->throw_if_lost();
    if (eof_sent_ || closed_by_peer())
      throw std::system_error(std::make_error_code(std::errc::broken_pipe), "writing to an SSH channel");
    const std::size_t count = write_some(bytes);
    bytes.remove_prefix(count);
    if (count == 0)
      co_await link_->progress();
    else if (!bytes.empty())
      co_await asio::post(link_->executor(), asio::use_awaitable);  // the others get their turn
  }
}

std::size_t SshChannel::write_at_once(std::string_view bytes) noexcept {
  if (closed_here_ || eof_sent_ || link_->lost() || closed_by_peer()) return 0;
  try {
    return write_some(bytes);
  } catch (const std::system_error&) {
    return 0;  // write() meets the same failure, and reports it
  }
}

void SshChannel::send_eof() noexcept {
  if (eof_sent_ || closed_here_ || link_->lost() || closed_by_peer()) return;
  eof_sent_ = true;
  ssh_channel_send_eof(channel_.get());
  link_->touch();
}

void SshChannel::close() noexcept {
  if (closed_here_) return;
  closed_here_ = true;
  changed_.notify();
  if (link_->lost() || !open_) return;
  // It first sends an EOF, and returns if that can't be flushed at once: go on until it has queued all.
  for (int tries = 0; tries < 3 && ssh_channel_close(channel_.get()) == SSH_AGAIN; ++tries) continue;
  link_->touch();
}

void SshChannel::resize(int columns, int rows) noexcept {
  if (closed_here_ || link_->lost() || closed_by_peer()) return;
  ssh_channel_change_pty_size(channel_.get(), columns, rows);
  link_->touch();
}

asio::awaitable<ExitStatus> SshChannel::wait() {
  const auto self = shared_from_this();
  while (!exit_ && !closed_here_ && !link_->lost() && !closed_by_peer()) co_await changed_.wait();
  co_return exit_.value_or(ExitStatus{});
}

}  // namespace rspbridge::transport
