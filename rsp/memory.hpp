// m, M, X and x: reading and writing memory (GDB manual, "Packets").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rspbridge::rsp {

enum class MemoryEncoding : std::uint8_t { hex, binary };

/// `m addr,length` (hex) or `x addr,length` (binary, GDB 16).
struct MemoryRead {
  MemoryEncoding encoding = MemoryEncoding::hex;
  std::uint64_t address = 0, length = 0;  ///< bytes

  bool operator==(const MemoryRead&) const = default;
};
/// Either form. Nothing if malformed; whether the range wraps is the caller's to check.
std::optional<MemoryRead> parse_memory_read(std::string_view payload);
/// The reverse of parse_memory_read().
std::string format_memory_read(const MemoryRead& request);

/// The bytes of a reply to `request`: hex, or `b` and escaped binary. `payload` must be run-length
/// expanded. May be shorter than asked. Nothing for an error, for an empty ("unsupported") reply,
/// or for more bytes than were asked.
std::optional<std::string> parse_memory_reply(const MemoryRead& request, std::string_view payload);

/// `M addr,length:hex` or `X addr,length:binary`. `data` is decoded and `length` bytes long.
/// An `X` of length 0 is GDB's probe for the packet.
struct MemoryWrite {
  MemoryEncoding encoding = MemoryEncoding::hex;
  std::uint64_t address = 0;
  std::string data;
};
/// Either form. Nothing if malformed, or if `length` isn't the number of bytes that follow.
std::optional<MemoryWrite> parse_memory_write(std::string_view payload);

}  // namespace rspbridge::rsp
