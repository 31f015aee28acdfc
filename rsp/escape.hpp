// Binary escapes, run-length encoding and hex: the three ways RSP writes bytes in a payload.
// GDB manual, "Overview" (binary data, run-length encoding).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rspbridge::rsp {

/// Escapes `#`, `$`, `}` and `*` with `}` and bit 5, as binary payloads need.
std::string escape(std::string_view binary);

/// Undoes escape(). Nothing if a `}` ends the input.
std::optional<std::string> unescape(std::string_view payload);

/// Expands `c*n` runs (stub to GDB only: GDB's own packets are never run-length encoded).
/// Nothing if a `*` starts the payload, lacks its count, has a count below 3 repeats (a byte under
/// 29+3) or above 126, or if the result would exceed `max_size` bytes.
std::optional<std::string> expand_runs(std::string_view payload,
                                       std::size_t max_size = std::size_t{16} << 20);

/// Run-length encodes a payload for GDB. Never emits the counts that would read as `#`, `$`, `+`
/// or `-`. expand_runs(encode_runs(p)) == p for every p without a `*`.
std::string encode_runs(std::string_view payload);

/// Lower-case hex, two digits a byte.
std::string to_hex(std::string_view bytes);

/// Undoes to_hex(); accepts either case. Nothing for an odd length or another character.
std::optional<std::string> from_hex(std::string_view hex);

/// A big-endian hex number as RSP writes addresses and lengths: 1 to 16 digits, no sign, no 0x.
std::optional<std::uint64_t> parse_hex(std::string_view digits);

/// The number whose bytes these are, the lowest first; bytes past the eighth are left out.
std::uint64_t little_endian(std::string_view bytes);

/// The shortest lower-case form; "0" for zero.
std::string format_hex(std::uint64_t value);

}  // namespace rspbridge::rsp
