#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>

#include "transport/fd.hpp"
#include "transport/ssh.hpp"

namespace rspbridge::transport {
namespace {

// Puts the terminal back as it was, whatever happens.
class NoEcho {
 public:
  explicit NoEcho(int fd) : fd_(fd) {
    active_ = ::tcgetattr(fd_, &before_) == 0;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
    active_ = active_ && ::tcsetattr(fd_, TCSAFLUSH, &silent) == 0;
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;
  ~NoEcho() {
    if (active_) ::tcsetattr(fd_, TCSAFLUSH, &before_);
  }
  bool active() const noexcept { return active_; }

 private:
  int fd_;
  termios before_{};
  bool active_ = false;
};

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

constexpr char interrupt_character = 3, end_of_transmission = 4;
constexpr std::size_t longest_answer = 1024;

}  // namespace

std::optional<std::string> ask_on_terminal(std::string_view prompt) {
  const UniqueFd terminal(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!terminal) return std::nullopt;
  const NoEcho silence(terminal.get());
  if (!silence.active() || !write_all(terminal.get(), prompt)) return std::nullopt;
  std::string answer;
  answer.reserve(longest_answer);  // not moved, so that the caller can wipe the only copy
  bool gave_up = false;
  while (true) {
    char byte = 0;
    const ssize_t count = ::read(terminal.get(), &byte, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count == 1 && byte == '\n') break;
    gave_up = count != 1 || byte == interrupt_character || byte == end_of_transmission ||
              answer.size() >= longest_answer;
    if (gave_up) break;
    answer += byte;
  }
  write_all(terminal.get(), "\n");
  if (!gave_up) return answer;
  ::explicit_bzero(answer.data(), answer.size());
  return std::nullopt;
}

}  // namespace rspbridge::transport
