#include "proxy/http/byte_range.hpp"

#include <algorithm>
#include <string>

#include "proxy/http/target.hpp"

namespace rspbridge::proxy::http {
namespace {

// A decimal number; one that is too large counts as the largest.
std::optional<std::uint64_t> position(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  return parse_number(text).value_or(~std::uint64_t{0});
}

}  // namespace

std::variant<WholeRepresentation, UnsatisfiableRange, ByteRange> parse_range(std::string_view header,
                                                                             std::uint64_t size) {
  constexpr std::string_view unit = "bytes=";
  if (!header.starts_with(unit)) return WholeRepresentation{};
  const auto range = header.substr(unit.size());
  const auto dash = range.find('-');
  if (dash == std::string_view::npos || range.find(',') != std::string_view::npos)
    return WholeRepresentation{};
  const auto first = position(range.substr(0, dash)), last = position(range.substr(dash + 1));
  if (dash == 0) {  // the last so many bytes
    if (!last) return WholeRepresentation{};
    const auto length = std::min(*last, size);
    if (length == 0) return UnsatisfiableRange{};
    return ByteRange{size - length, length};
  }
  const bool open = dash + 1 == range.size();
  if (!first || (!open && !last) || (last && *last < *first)) return WholeRepresentation{};
  if (*first >= size) return UnsatisfiableRange{};
  const auto end = last ? std::min(*last, size - 1) : size - 1;
  return ByteRange{*first, end - *first + 1};
}

}  // namespace rspbridge::proxy::http
