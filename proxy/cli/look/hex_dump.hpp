// Memory for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rspbridge::proxy::cli::look {

/// Lines as of `hexdump -C`: the address, 16 bytes, and those that are ASCII. Lines that repeat the one
/// before are one "*"; the last line is the address after the last byte. Fits 80 columns for addresses of 48
/// bits.
std::string hex_dump(std::uint64_t address, std::string_view bytes);

}  // namespace rspbridge::proxy::cli::look
