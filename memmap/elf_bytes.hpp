// Little-endian structures inside untrusted bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <type_traits>

namespace rspbridge::memmap {

/// A copy of the structure at `offset`; nothing if it isn't wholly inside `bytes`. The host is little-endian,
/// as the images are that this is for.
template <typename Struct>
std::optional<Struct> struct_at(std::string_view bytes, std::uint64_t offset) {
  static_assert(std::is_trivially_copyable_v<Struct>);
  if (offset > bytes.size() || bytes.size() - offset < sizeof(Struct)) return std::nullopt;
  Struct value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

}  // namespace rspbridge::memmap
