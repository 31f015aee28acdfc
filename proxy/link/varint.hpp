// Numbers in as few bytes as they need: seven bits a byte, the lowest first, bit 7 set on all but the last
// (LEB128).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rspbridge::proxy::link {

inline void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(0x80 | (value & 0x7f));
  out += static_cast<char>(value);
}

inline constexpr std::size_t max_varint = 10;  ///< bytes

/// What take_varint() found.
enum class VarintState : std::uint8_t { whole, incomplete, malformed };

/// Takes a number off the front of `bytes` if it is whole. Malformed: more than 64 bits.
inline VarintState take_varint(std::string_view& bytes, std::uint64_t& value) {
  std::uint64_t result = 0;
  for (std::size_t i = 0; i < max_varint; ++i) {
    if (i == bytes.size()) return VarintState::incomplete;
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (i == max_varint - 1 && byte > 1) return VarintState::malformed;
    result |= std::uint64_t{byte & 0x7fU} << (7 * i);
    if (byte < 0x80) {
      value = result;
      bytes.remove_prefix(i + 1);
      return VarintState::whole;
    }
  }
  return VarintState::malformed;
}

}  // namespace rspbridge::proxy::link
