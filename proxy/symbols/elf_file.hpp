// Sections of an ELF file ("ELF-64 Object File Format"), and the edits that concern no DWARF.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/symbols/bytes.hpp"
#include "proxy/symbols/translate.hpp"

namespace rspbridge::proxy::symbols {

struct Section {
  std::string name;
  std::uint32_t type = 0, link = 0;
  std::uint64_t flags = 0, address = 0;
  Extent extent;              ///< empty for SHT_NOBITS
  std::uint64_t header = 0;   ///< where its section header is
  std::uint64_t name_at = 0;  ///< where its name is
};

struct ElfFile {
  std::string bytes;
  std::vector<Section> sections;

  /// The first section of that name that has contents, or null.
  const Section* find(std::string_view name) const;
  /// Throws Malformed if it isn't within the file.
  Cursor cursor(const Section& section) const;
};

/// What `elf` is refused for before anything of it is read but the header.
std::optional<Refusal> refuse(std::string_view elf, std::string_view name);

/// The section headers of a 64-bit little-endian ELF file. Throws Malformed.
std::vector<Section> read_sections(std::string_view elf);

/// Reads a file that refuse() let pass. Throws Malformed.
ElfFile read_elf(std::string_view elf);

/// Writes compressed .debug_* sections (SHF_COMPRESSED with zlib or zstd, .zdebug_*) uncompressed at the
/// end of the file and points their headers there: 2 GiB of them at most. Throws Malformed.
void inflate_sections(ElfFile& elf, Counts& counts);

/// e_machine, and what BFD's elf64-x86-64 or GDB would misread: section types of the processor, mapping
/// symbols, .gnu_debugdata (an ARM64 ELF file of its own, hidden). Throws Malformed.
void adopt_machine(ElfFile& elf, Counts& counts);

/// Makes the CRC-32 of `bytes` that of `original`, with the last four bytes of e_ident, which mean nothing.
void keep_crc32(std::string& bytes, std::string_view original);

}  // namespace rspbridge::proxy::symbols
