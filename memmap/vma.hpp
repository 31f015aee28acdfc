// The target's virtual memory areas, as /proc/PID/maps and smaps tell them (proc(5)).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "memmap/address.hpp"
#include "memmap/vm_flags.hpp"

namespace rspbridge::memmap {

/// What smaps tells of a VMA beyond maps. Sizes in bytes; a size that the kernel didn't tell is 0.
struct VmaDetails {
  std::uint64_t rss = 0, pss = 0;
  std::uint64_t private_clean = 0, private_dirty = 0;
  std::uint64_t anonymous = 0;
  std::uint64_t kernel_page_size = 0;
  VmFlags flags;
};

/// One line of /proc/PID/maps, with what smaps adds to it.
struct Vma {
  AddressRange range;
  bool readable = false, writable = false, executable = false;
  bool shared = false;       ///< MAP_SHARED; otherwise private
  std::uint64_t offset = 0;  ///< of `range.begin` in the file
  std::uint32_t device_major = 0, device_minor = 0;
  std::uint64_t inode = 0;
  std::string path;                   ///< a file, a name in brackets ("[heap]"), or empty
  std::optional<VmaDetails> details;  ///< only from smaps

  /// True if reading it has no effect and nothing but the target itself can change it: private,
  /// readable, and neither a device's nor the kernel's ([vvar]).
  bool is_plain_memory() const noexcept;
  /// True if reading it may have effects on the machine, or never gives what the next reading gives: a
  /// device's, or the kernel's clock ([vvar]). Without details its path has to tell.
  bool is_device() const noexcept;
};

/// Where a map comes from. `rebuilt`: from the auxiliary vector, the library list and program headers; it
/// lacks all that isn't an ELF image.
enum class MapSource { smaps, maps, rebuilt };

/// "smaps", "maps" or "rebuilt".
std::string_view to_string(MapSource source) noexcept;

/// Reads one line of maps, without its newline. Nothing if it is none. Shared with the parser of smaps.
std::optional<Vma> parse_vma_line(std::string_view line);

/// The VMAs of one process, by address. An immutable value; copies share the VMAs.
class VmaMap {
 public:
  VmaMap();
  // Moving is copying: what was moved from stays a map.
  VmaMap(const VmaMap&) = default;
  VmaMap& operator=(const VmaMap&) = default;
  /// `text` is the whole of /proc/PID/maps. Nothing if a line can't be read or if VMAs overlap or
  /// aren't in order.
  static std::optional<VmaMap> parse_maps(std::string_view text);

  /// Nothing if the VMAs are empty ranges, overlap or aren't in order.
  static std::optional<VmaMap> from(std::vector<Vma> vmas, MapSource source);

  /// The VMA that holds `address`. The pointer lives as long as any copy of this map.
  const Vma* find(VirtAddr address) const noexcept;
  /// The VMAs that hold something of `range`, by address; as long as those.
  std::span<const Vma> within(AddressRange range) const noexcept;
  const std::vector<Vma>& vmas() const noexcept { return *vmas_; }
  MapSource source() const noexcept { return source_; }

 private:
  MapSource source_ = MapSource::maps;
  std::shared_ptr<const std::vector<Vma>> vmas_;  ///< never null
};

/// The map as /proc/PID/maps has it, whatever its source.
std::string format_maps(const VmaMap& map);

}  // namespace rspbridge::memmap
