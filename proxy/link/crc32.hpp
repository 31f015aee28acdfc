// CRC-32 as Ethernet and zlib have it (polynomial 0xEDB88320, reflected).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rspbridge::proxy::link {

inline constexpr std::array<std::uint32_t, 256> crc32_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0xEDB88320U : 0);
    table[i] = value;
  }
  return table;
}();

/// @param before the checksum of what came before `bytes`, to go on from
constexpr std::uint32_t crc32(std::string_view bytes, std::uint32_t before = 0) {
  std::uint32_t value = ~before;
  for (const char c : bytes)
    value = (value >> 8) ^ crc32_table[(value ^ static_cast<unsigned char>(c)) & 0xff];
  return ~value;
}
static_assert(crc32("123456789") == 0xCBF43926);

}  // namespace rspbridge::proxy::link
