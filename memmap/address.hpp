// Addresses of the target.
#pragma once

#include <compare>
#include <cstdint>

namespace rspbridge::memmap {

/// An address in the target's address space.
struct VirtAddr {
  std::uint64_t value = 0;
  auto operator<=>(const VirtAddr&) const = default;
};

/// The address without the tag that ARM64 ignores in its top byte (TBI).
constexpr VirtAddr untagged(VirtAddr address) noexcept {
  return {address.value & ~(std::uint64_t{0xff} << 56)};
}

/// [begin, end): `end` is the first address behind it. Empty if they are equal.
struct AddressRange {
  VirtAddr begin, end;

  std::uint64_t size() const noexcept { return end.value - begin.value; }
  bool contains(VirtAddr address) const noexcept { return begin <= address && address < end; }
  bool operator==(const AddressRange&) const = default;
};

}  // namespace rspbridge::memmap
