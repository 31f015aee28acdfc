// Making a symbol file longer.
#pragma once

#include <string_view>

#include "proxy/symbols/elf_file.hpp"

namespace rspbridge::proxy::symbols {

/// Adds `contents` to what the section of that name holds, at the end of the file; makes one (SHT_PROGBITS,
/// not loaded) if there is none. Only the file's bytes change: `elf.sections` is as before. Throws Malformed
/// if there are 65,280 sections or more.
void add_to_section(ElfFile& elf, std::string_view name, std::string_view contents);

}  // namespace rspbridge::proxy::symbols
