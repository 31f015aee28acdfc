// Request targets: path and query (RFC 3986), and the numbers in them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rspbridge::proxy::http {

/// A request target's parts, decoded.
struct Target {
  std::string path;
  std::vector<std::pair<std::string, std::string>> query;  ///< in the order they came
};

/// Splits at `?`, `&` and `=` and decodes %XX (and + in the query). Nothing for a % without two digits and
/// for a path that doesn't begin with a slash.
std::optional<Target> parse_target(std::string_view text);

/// "0x" and hex digits, or decimal ones, and nothing else. Nothing if it doesn't fit.
std::optional<std::uint64_t> parse_number(std::string_view text);

}  // namespace rspbridge::proxy::http
