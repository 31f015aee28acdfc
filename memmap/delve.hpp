// The memory map as Delve tells it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "memmap/vma.hpp"

namespace rspbridge::memmap {

/// Delve's proc.MemoryMapEntry (go-delve/delve, pkg/proc/dump.go), with its fields in its order.
struct DelveEntry {
  std::uint64_t addr = 0, size = 0;  ///< bytes
  bool read = false, write = false, exec = false;
  std::string filename;
  std::uint64_t offset = 0;
  bool operator==(const DelveEntry&) const = default;
};

/// Delve's rules (pkg/proc/native/dump_linux.go, MemoryMap): VMAs with one of the VmFlags pf, dd and io are
/// left out; filename and offset are blank where the device's major number is 0. From a map without VmFlags
/// nothing is left out.
std::vector<DelveEntry> delve_entries(const VmaMap& map);

}  // namespace rspbridge::memmap
