// Range requests (RFC 9110, section 14).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace rspbridge::proxy::http {

/// Bytes [first, first + length) of a representation.
struct ByteRange {
  std::uint64_t first = 0, length = 0;
  bool operator==(const ByteRange&) const = default;
};

struct WholeRepresentation {};  ///< there is no range, or none that has to be honoured
struct UnsatisfiableRange {};   ///< 416

/// What a Range header asks of `size` bytes. Several ranges and other units are answered with the whole.
std::variant<WholeRepresentation, UnsatisfiableRange, ByteRange> parse_range(std::string_view header,
                                                                             std::uint64_t size);

}  // namespace rspbridge::proxy::http
