// Small string tools that the parsers share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace rspbridge::rsp {

/// What stands before and after the first `separator`; nothing if there is none.
inline std::optional<std::pair<std::string_view, std::string_view>> cut(std::string_view text,
                                                                        char separator) {
  const auto at = text.find(separator);
  if (at == std::string_view::npos) return std::nullopt;
  return std::pair{text.substr(0, at), text.substr(at + 1)};
}

/// Without spaces, tabs and line breaks at either end.
std::string_view trim(std::string_view text);

/// "0x…", without leading zeros: a number as people write it. RSP's own has no 0x (format_hex()).
std::string hex_number(std::uint64_t value);

/// Hostile bytes made fit for a sentence in a log: whatever isn't printable ASCII (and `"` and `\`) as
/// `\xNN`, cut after `max_bytes` bytes with `...`.
std::string printable(std::string_view bytes, std::size_t max_bytes = 64);

/// printable() in double quotes.
std::string quote(std::string_view bytes, std::size_t max_bytes = 64);

}  // namespace rspbridge::rsp
