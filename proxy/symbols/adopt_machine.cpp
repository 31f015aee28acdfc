#include <elf.h>

#include "proxy/symbols/elf_file.hpp"

namespace rspbridge::proxy::symbols {
namespace {

constexpr std::uint64_t sym_size = sizeof(Elf64_Sym);

/// "$x", "$d", "$x.…", "$d.…" ("ELF for the Arm 64-bit Architecture", mapping symbols).
bool is_mapping_symbol(std::string_view name) {
  if (name.size() < 2 || name[0] != '$' || (name[1] != 'x' && name[1] != 'd')) return false;
  return name.size() == 2 || name[2] == '.';
}

// BFD's AArch64 backend hides them; to its x86-64 backend they are functions and data.
void hide_mapping_symbols(ElfFile& elf, const Section& table, Counts& counts) {
  if (table.link >= elf.sections.size()) throw Malformed(".symtab has no string table");
  const Section& strings = elf.sections[table.link];
  const Cursor names(elf.bytes, strings.extent, strings.name);
  Cursor in = elf.cursor(table);
  while (in.left() >= sym_size) {
    const std::uint64_t at = in.position();
    const std::uint64_t name = in.uint(4);
    const std::uint8_t info = in.u8();
    in.seek(at + sym_size);
    if (ELF64_ST_TYPE(info) != STT_NOTYPE || ELF64_ST_BIND(info) != STB_LOCAL) continue;
    if (name >= strings.extent.size()) continue;
    if (!is_mapping_symbol(std::string_view(elf.bytes.c_str() + names.position() + name))) continue;
    put_uint(elf.bytes, at, 4, 0);  // A symbol without a name is none to GDB.
    ++counts.mapping_symbols;
  }
}

}  // namespace

void adopt_machine(ElfFile& elf, Counts& counts) {
  put_uint(elf.bytes, 18, 2, EM_X86_64);
  for (const Section& section : elf.sections) {
    // What such a type means depends on the machine; to BFD's x86-64 backend these are unknown.
    if (section.type >= SHT_LOPROC && section.type <= SHT_HIPROC)
      put_uint(elf.bytes, section.header + 4, 4, SHT_PROGBITS);
    if (section.name == ".gnu_debugdata") {
      put_uint(elf.bytes, section.header, 4, 0);
      counts.minidebuginfo = 1;
    }
    if (section.type == SHT_SYMTAB) hide_mapping_symbols(elf, section, counts);
  }
}

}  // namespace rspbridge::proxy::symbols
