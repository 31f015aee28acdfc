// The memory map as JSON.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "memmap/delve.hpp"
#include "proxy/inspect/inspection.hpp"

namespace rspbridge::proxy::http {

/// Which entries are wanted.
struct MapFilter {
  std::optional<std::uint64_t> address;  ///< that the VMA holds; may be tagged
  std::string permissions;               ///< letters of rwxps, all of which it has
  std::string path;                      ///< part of its path

  bool matches(const memmap::Vma& vma) const;
};

/// How many bytes of a range are here already.
using PopulatedBytes = std::function<std::uint64_t(memmap::AddressRange)>;

struct MapDocument {
  std::string text;
  std::size_t lasting = 0;  ///< from there on it is the same at every stop at which the map is
};

/// The object of /debug/elf/memmap. Written by hand: a map may have thousands of entries.
MapDocument map_document(const inspect::TargetMap& map, const MapFilter& filter,
                         const PopulatedBytes& populated);

/// Exactly what Go's json.Marshal makes of []proc.MemoryMapEntry (memmap/delve.hpp).
std::string delve_document(const memmap::VmaMap& map, const MapFilter& filter);

}  // namespace rspbridge::proxy::http
