#include "proxy/launch/stdio.hpp"

#include <limits.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <system_error>

#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>

namespace rspbridge::proxy::launch {
namespace {

int duplicate(int fd) {
  const int copy = ::dup(fd);
  if (copy < 0) throw std::system_error(errno, std::generic_category(), "dup");
  return copy;
}

}  // namespace

StdioFd::StdioFd(const asio::any_io_executor& executor, int fd) : descriptor_(executor, duplicate(fd)) {}

asio::awaitable<void> StdioFd::ready(asio::posix::stream_descriptor::wait_type what) {
  asio::error_code error;
  co_await descriptor_.async_wait(what, asio::redirect_error(asio::use_awaitable, error));
  // A regular file can't be polled, and is always ready.
  if (error && error != asio::error::operation_not_supported && error.value() != EPERM)
    throw std::system_error(error);
}

asio::awaitable<std::size_t> StdioFd::read_some(std::span<char> into) {
  for (;;) {
    co_await ready(asio::posix::stream_descriptor::wait_read);
    const ssize_t n = ::read(descriptor_.native_handle(), into.data(), into.size());
    if (n >= 0) co_return static_cast<std::size_t>(n);
    if (errno == EIO) co_return 0;  // a terminal that went away
    if (errno != EINTR && errno != EAGAIN) throw std::system_error(errno, std::generic_category(), "read");
  }
}

asio::awaitable<void> StdioFd::write(std::string_view bytes) {
  while (!bytes.empty()) {
    co_await ready(asio::posix::stream_descriptor::wait_write);
    // A pipe that is writable takes PIPE_BUF bytes without blocking.
    const ssize_t n =
        ::write(descriptor_.native_handle(), bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
    if (n < 0 && errno != EINTR && errno != EAGAIN)
      throw std::system_error(errno, std::generic_category(), "write");
    if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

std::optional<std::pair<int, int>> window_size() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return std::nullopt;
  return std::pair<int, int>(size.ws_col, size.ws_row);
}

CharacterMode::CharacterMode(int terminal) : terminal_(terminal) {
  termios mode{};
  if (::tcgetattr(terminal, &mode) != 0) return;
  before_ = mode;
  mode.c_iflag &= ~static_cast<tcflag_t>(ICRNL | IXON | INLCR | IGNCR);
  mode.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | IEXTEN);
  mode.c_cc[VMIN] = 1;
  mode.c_cc[VTIME] = 0;
  ::tcsetattr(terminal, TCSADRAIN, &mode);
}

CharacterMode::~CharacterMode() {
  if (before_) ::tcsetattr(terminal_, TCSADRAIN, &*before_);
}

}  // namespace rspbridge::proxy::launch
