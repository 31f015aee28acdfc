// A memory map where /proc can't be read.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "memmap/auxv.hpp"
#include "memmap/elf_image.hpp"
#include "memmap/vma.hpp"

namespace rspbridge::memmap {

/// A shared library, as the stub's library list tells it.
struct LoadedLibrary {
  std::string name;             ///< its path on the target
  std::uint64_t load_bias = 0;  ///< link_map.l_addr
};

/// A map of the program, the dynamic linker, `libraries` and the vdso, from their program headers: a VMA a
/// PT_LOAD segment, with the part behind its file's bytes (.bss) anonymous and PT_GNU_RELRO read-only,
/// rounded to the pages that AT_PAGESZ tells (else 4,096 bytes). Its source is MapSource::rebuilt. It knows
/// neither heap, stacks nor other mappings, nor devices and inodes (they are 0). What can't be read, or
/// overlaps what is there already, is left out; so the map may be empty.
VmaMap rebuild_map(const Auxv& auxv, std::string_view program, std::span<const LoadedLibrary> libraries,
                   const ByteReader& read);

}  // namespace rspbridge::memmap
