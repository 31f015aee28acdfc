// Making a symbol file longer.
#pragma once

#include <cstdint>
#include <string_view>

#include "proxy/symbols/elf_file.hpp"

namespace rspbridge::proxy::symbols {

/// Adds `contents` to what the section of that name holds, at the end of the file; makes one (SHT_PROGBITS,
/// not loaded) if there is none. Only the file's bytes change: `elf.sections` is as before. Throws Malformed
/// if there are 65,280 sections or more.
void add_to_section(ElfFile& elf, std::string_view name, std::string_view contents);

/// A section that isn't loaded. Its fields are the section header's.
struct NewSection {
  std::string_view name;
  std::uint32_t type = 0, link = 0, info = 0;
  std::uint64_t entry_size = 0;  ///< bytes
};

/// Puts one more section behind the others, at the end of the file; like add_to_section() otherwise.
void add_section(ElfFile& elf, const NewSection& section, std::string_view contents);

}  // namespace rspbridge::proxy::symbols
