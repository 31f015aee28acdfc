// The ELF images that a process has mapped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "memmap/elf_image.hpp"
#include "memmap/vma.hpp"

namespace rspbridge::memmap {

/// One image in memory.
struct Module {
  std::string path;  ///< as in the map; "[vdso]" for the kernel's
  std::uint32_t device_major = 0, device_minor = 0;
  std::uint64_t inode = 0;
  ElfImage image;                 ///< as in memory; its load_bias is the module's
  AddressRange range;             ///< from the first of its VMAs to the last, with what may lie between
  std::vector<std::size_t> vmas;  ///< indices into map.vmas(), ascending
};

/// The modules of `map`, by address: VMAs of the same file (path, device and inode) from one with offset 0
/// on. A file that is mapped twice is two modules. Only files with executable VMAs are looked at, and of each
/// one page is read, seldom two. What can't be read or is no ELF image is left out.
std::vector<Module> modules(const VmaMap& map, const ByteReader& read);

}  // namespace rspbridge::memmap
