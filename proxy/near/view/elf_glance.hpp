// The few things that tell which files GDB opens next, from an ELF file's bytes. Of hostile bytes nothing is
// believed: what can't be read is not there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rspbridge::proxy::near {

/// PT_INTERP, which mostly is in the file's first page. Empty if it isn't.
std::string elf_interpreter(std::string_view start);

struct DebugLink {
  std::string name;             ///< .gnu_debuglink; empty if there is none
  bool has_debug_info = false;  ///< there is a .debug_info section
};
/// Of a whole file.
DebugLink elf_debug_link(std::string_view file);

/// The link-time address of a symbol of .dynsym.
std::optional<std::uint64_t> elf_dynamic_symbol(std::string_view file, std::string_view name);

}  // namespace rspbridge::proxy::near
