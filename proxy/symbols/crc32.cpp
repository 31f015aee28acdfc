#include <zlib.h>

#include <array>

#include "proxy/symbols/elf_file.hpp"

namespace rspbridge::proxy::symbols {
namespace {

constexpr std::size_t patch = 12, after_patch = 16;  // Within e_ident's padding, EI_PAD.

std::uint32_t crc_of(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      ::crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

/// The row of the CRC table whose value has a given top byte; no two have the same.
std::array<std::uint8_t, 256> rows_by_top_byte(const z_crc_t* table) {
  std::array<std::uint8_t, 256> rows{};
  for (unsigned i = 0; i < 256; ++i) rows[table[i] >> 24] = static_cast<std::uint8_t>(i);
  return rows;
}

}  // namespace

// A CRC's register can be run backwards. From the end's value back to the patch gives what the register
// must be there; four bytes can take it to any value.
void keep_crc32(std::string& bytes, std::string_view original) {
  if (bytes.size() < after_patch) return;
  const z_crc_t* table = ::get_crc_table();
  const auto rows = rows_by_top_byte(table);
  const auto back = [&](std::uint32_t state, std::uint8_t byte) {
    const std::uint8_t row = rows[state >> 24];
    return ((state ^ static_cast<std::uint32_t>(table[row])) << 8) | static_cast<std::uint32_t>(row ^ byte);
  };
  std::uint32_t wanted = ~crc_of(original);
  for (std::size_t at = bytes.size(); at > after_patch; --at)
    wanted = back(wanted, static_cast<std::uint8_t>(bytes[at - 1]));
  for (std::size_t i = 0; i < 4; ++i) wanted = back(wanted, 0);
  const std::uint32_t have = ~crc_of(std::string_view(bytes).substr(0, patch));
  // With zeros going in, the register at the patch must be `wanted`; bytes going in are xored to it.
  put_uint(bytes, patch, 4, have ^ wanted);
}

}  // namespace rspbridge::proxy::symbols
