// Our own stdin, stdout and stderr, without blocking the loop and without changing their flags.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <termios.h>
#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/posix/stream_descriptor.hpp>

namespace rspbridge::proxy::launch {

/// One of the three standard descriptors. O_NONBLOCK would be shared with every program on the same
/// terminal or pipe, so readiness is waited for instead.
class StdioFd {
 public:
  /// `fd` is duplicated. Throws std::system_error.
  StdioFd(const asio::any_io_executor& executor, int fd);

  asio::awaitable<std::size_t> read_some(std::span<char> into);  ///< 0: end of file
  asio::awaitable<void> write(std::string_view bytes);
  void cancel() { descriptor_.cancel(); }

 private:
  asio::awaitable<void> ready(asio::posix::stream_descriptor::wait_type what);
  asio::posix::stream_descriptor descriptor_;
};

/// Columns and rows of our terminal's window; nothing if stdout is none.
std::optional<std::pair<int, int>> window_size();

/// Passes keys one by one to a program on a remote pty, but leaves ^C, ^\ and ^Z to this program.
/// The destructor restores the terminal.
class CharacterMode {
 public:
  explicit CharacterMode(int terminal);
  ~CharacterMode();
  CharacterMode(const CharacterMode&) = delete;
  CharacterMode& operator=(const CharacterMode&) = delete;

 private:
  int terminal_;
  std::optional<termios> before_;
};

}  // namespace rspbridge::proxy::launch
