#include "proxy/cli/look/terminal.hpp"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <clocale>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <cwchar>

#include "proxy/cli/errors.hpp"

namespace rspbridge::proxy::cli::look {
namespace {

constexpr std::size_t usual_width = 80, least_width = 20;

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? std::string_view(value) : std::string_view();
}

std::size_t width_of(int descriptor) {
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col >= least_width) return size.ws_col;
  const auto columns = environment("COLUMNS");
  std::size_t width = 0;
  const auto [end, error] = std::from_chars(columns.data(), columns.data() + columns.size(), width);
  return error == std::errc{} && width >= least_width ? width : usual_width;
}

// The code point at the beginning of `text` and its length; nothing if that is no UTF-8.
struct CodePoint {
  char32_t value;
  std::size_t length;
};
std::optional<CodePoint> code_point(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return CodePoint{first, 1};
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return std::nullopt;
  char32_t value = first & (0x7fu >> length);
  for (std::size_t at = 1; at < length; ++at) {
    const auto next = static_cast<unsigned char>(text[at]);
    if ((next & 0xc0) != 0x80) return std::nullopt;
    value = value << 6 | (next & 0x3f);
  }
  constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < least[length] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return std::nullopt;
  return CodePoint{value, length};
}

// Controls (C0, DEL, C1), and what reorders text (bidirectional controls).
bool is_control(char32_t value) {
  return value < 0x20 || (value >= 0x7f && value < 0xa0) || value == 0x200e || value == 0x200f ||
         (value >= 0x2028 && value <= 0x202e) || (value >= 0x2066 && value <= 0x2069);
}

std::size_t columns_of(char32_t value) {
  const int width = ::wcwidth(static_cast<wchar_t>(value));
  return width < 0 ? 1 : static_cast<std::size_t>(width);  // unknown to this locale
}

}  // namespace

Terminal terminal_of(int descriptor) {
  std::setlocale(LC_CTYPE, "");
  Terminal terminal;
  terminal.utf8 = std::string_view(::nl_langinfo(CODESET)) == "UTF-8";
  if (!::isatty(descriptor)) return terminal;
  terminal.width = width_of(descriptor);
  terminal.colour =
      environment("NO_COLOR").empty() && !environment("TERM").empty() && environment("TERM") != "dumb";
  return terminal;
}

std::string printable(std::string_view text, bool utf8) {
  std::string out;
  while (!text.empty()) {
    const auto point = code_point(text);
    const std::size_t length = point ? point->length : 1;
    if (!point || is_control(point->value) || (!utf8 && length > 1))
      out += '?';
    else
      out += text.substr(0, length);
    text.remove_prefix(length);
  }
  return out;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const auto point = code_point(text);
    width += point ? columns_of(point->value) : 1;
    text.remove_prefix(point ? point->length : 1);
  }
  return width;
}

std::string_view display_tail(std::string_view text, std::size_t width) {
  while (display_width(text) > width) {
    const auto point = code_point(text);
    text.remove_prefix(point ? point->length : 1);
  }
  return text;
}

void write_out(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EPIPE) {
      std::signal(SIGPIPE, SIG_DFL);
      std::raise(SIGPIPE);
    } else if (errno != EINTR) {
      throw Failure(exit_failed, std::string("cannot write to stdout: ") + std::strerror(errno));
    }
  }
}

}  // namespace rspbridge::proxy::cli::look
