// The target's virtual memory areas, as /proc/PID/maps tells them (proc(5)).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "memmap/address.hpp"

namespace rspbridge::memmap {

/// One line of /proc/PID/maps.
struct Vma {
  AddressRange range;
  bool readable = false, writable = false, executable = false;
  bool shared = false;       ///< MAP_SHARED; otherwise private
  std::uint64_t offset = 0;  ///< of `range.begin` in the file
  std::uint32_t device_major = 0, device_minor = 0;
  std::uint64_t inode = 0;
  std::string path;  ///< a file, a name in brackets ("[heap]"), or empty

  /// True if reading it has no effect and nothing but the target itself can change it: private,
  /// readable, and neither a device's nor the kernel's ([vvar]).
  bool is_plain_memory() const noexcept;
};

/// The VMAs of one process, by address. An immutable value.
class VmaMap {
 public:
  VmaMap() = default;
  /// `text` is the whole of /proc/PID/maps. Nothing if a line can't be read or if VMAs overlap or
  /// aren't in order.
  static std::optional<VmaMap> parse_maps(std::string_view text);

  /// The VMA that holds `address`. The pointer lives as long as this map.
  const Vma* find(VirtAddr address) const noexcept;
  const std::vector<Vma>& vmas() const noexcept { return vmas_; }

 private:
  std::vector<Vma> vmas_;
};

}  // namespace rspbridge::memmap
