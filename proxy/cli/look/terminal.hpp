// What stdout can show.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rspbridge::proxy::cli::look {

struct Terminal {
  std::optional<std::size_t>
      width;  ///< columns; nothing if it is no terminal, where lines may be of any length
  bool utf8 = false;
  bool colour = false;
};

/// Looks at the descriptor, the locale, TERM, COLUMNS and NO_COLOR (https://no-color.org). Calls setlocale().
Terminal terminal_of(int descriptor);

/// Text of the target that is safe on a terminal: control characters, bytes that are no UTF-8 and, without
/// `utf8`, whatever isn't ASCII are shown as '?'.
std::string printable(std::string_view text, bool utf8);

/// How many columns printable text takes.
std::size_t display_width(std::string_view text);
/// The longest end of printable text that fits into `width` columns.
std::string_view display_tail(std::string_view text, std::size_t width);

/// Writes to stdout. If nobody reads it any more, ends the program as SIGPIPE does; throws cli::Failure for
/// other errors.
void write_out(std::string_view text);

}  // namespace rspbridge::proxy::cli::look
