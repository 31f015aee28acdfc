#include "transport/ssh_dial.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/redirect_error.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include "transport/socket_address.hpp"

namespace rspbridge::transport {
namespace {

constexpr std::size_t complaints_kept = 2000;

SshError unreachable(const SshOptions& options, const std::string& why) {
  return SshError(SshErrc::unreachable, "There is no SSH connection to " + options.describe() + ": " + why);
}

// Bulk data waits in the kernel only as much as the link needs, so that a small packet written after
// it isn't behind megabytes. Both options are hints: without them it is slower, not wrong.
void prefer_latency(int fd) {
  const int unsent = 128 * 1024;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
}

asio::awaitable<Dialed> dial_tcp(const SshOptions& options, Deadline& deadline) {
  auto attempt = std::make_shared<TcpAttempt>(co_await asio::this_coro::executor);
  deadline.set_action([attempt] { attempt->cancel(); });
  std::error_code error;
  try {
    co_await connect_socket(*attempt, options.hostname, options.port);
  } catch (const std::system_error& failure) {
    error = failure.code();
  }
  deadline.set_action(nullptr);
  if (deadline.passed())
    throw unreachable(options, "nothing answered within " + std::to_string(options.connect_timeout.count()) +
                                   " seconds. Is the host on, and is the way to it open?");
  if (error)
    throw unreachable(options, error.message() + ". Is the name right, the host on and its sshd running?");
  Dialed dialed;
  dialed.is_tcp = true;
  attempt->socket.native_non_blocking(true);
  dialed.fd.reset(attempt->socket.release());
  prefer_latency(dialed.fd.get());
  co_return dialed;
}

// Keeps the pipe from filling up, without keeping the process.
asio::awaitable<void> listen_to(asio::posix::stream_descriptor pipe, std::weak_ptr<ProxyProcess> weak) {
  bool more = true;
  while (more) {
    std::error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    co_await pipe.async_wait(asio::posix::stream_descriptor::wait_read, token);
    const auto proxy = weak.lock();
    more = !error && proxy && proxy->listen();
  }
}

Dialed start_proxy(const SshOptions& options) {
  int pair[2], pipe[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
    throw std::system_error(errno, std::generic_category(), "socketpair");
  UniqueFd ours(pair[0]), theirs(pair[1]);
  if (::pipe2(pipe, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  UniqueFd stderr_reader(pipe[0]), stderr_writer(pipe[1]);
  ::fcntl(ours.get(), F_SETFL, O_NONBLOCK);
  ::fcntl(stderr_reader.get(), F_SETFL, O_NONBLOCK);
  // In our process group, since it may ask for a passphrase on the terminal.
  ChildOptions how;
  how.new_process_group = false;
  how.ignore_interrupt = true;
  const ChildStdio stdio{theirs.get(), theirs.get(), stderr_writer.get()};
  Dialed dialed;
  dialed.proxy =
      std::make_shared<ProxyProcess>(Child::start(options.proxy, stdio, how), std::move(stderr_reader));
  dialed.fd = std::move(ours);
  return dialed;
}

}  // namespace

bool ProxyProcess::listen() {
  std::array<char, 512> buffer;
  ssize_t count = 0;
  while ((count = ::read(stderr_reader_.get(), buffer.data(), buffer.size())) > 0) {
    heard_.append(buffer.data(), static_cast<std::size_t>(count));
    if (heard_.size() > complaints_kept) heard_.erase(0, heard_.size() - complaints_kept);
  }
  return count < 0 && errno == EAGAIN;
}

void ProxyProcess::end() {
  child_.end();
  listen();
}

std::string ProxyProcess::complaints() const {
  std::string text = heard_.substr(0, heard_.find_last_not_of(" \t\r\n") + 1);
  for (char& letter : text)
    if (static_cast<unsigned char>(letter) < ' ') letter = ' ';
  return text;
}

asio::awaitable<Dialed> dial(const SshOptions& options, Deadline& deadline) {
  Dialed dialed;
  if (options.proxy.empty()) {
    dialed = co_await dial_tcp(options, deadline);
    co_return dialed;
  }
  const auto executor = co_await asio::this_coro::executor;
  try {
    dialed = start_proxy(options);
  } catch (const std::system_error& error) {
    throw unreachable(options, std::string("the proxy command can't be started: ") + error.what() + ".");
  }
  asio::posix::stream_descriptor pipe(executor, ::fcntl(dialed.proxy->stderr_reader(), F_DUPFD_CLOEXEC, 3));
  asio::co_spawn(executor, listen_to(std::move(pipe), dialed.proxy), asio::detached);
  co_return dialed;
}

}  // namespace rspbridge::transport
