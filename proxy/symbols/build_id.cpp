#include <elf.h>

#include <algorithm>

#include "proxy/symbols/elf_file.hpp"
#include "rsp/escape.hpp"

namespace rspbridge::proxy::symbols {
namespace {

constexpr std::uint64_t largest_id = 64;  // bytes; a SHA-1 has 20

/// The build-id among the notes of an extent, which may be cut off (ELF gABI, "Note Section").
std::optional<std::string> among_notes(std::string_view elf, Extent notes) {
  if (notes.begin > elf.size()) return std::nullopt;
  notes.end = std::min<std::uint64_t>(notes.end, elf.size());
  Cursor in(elf, notes, "a note");
  while (in.left() >= 12) {
    const std::uint64_t name_size = in.uint(4), size = in.uint(4), type = in.uint(4);
    const auto padded = [](std::uint64_t count) { return (count + 3) & ~std::uint64_t{3}; };
    const Cursor name = in.take(padded(name_size));
    const std::uint64_t begin = in.position();
    if (type == NT_GNU_BUILD_ID && elf.substr(name.position(), name_size) == std::string_view("GNU\0", 4)) {
      if (size == 0 || size > largest_id || size > in.left()) return std::nullopt;
      return rsp::to_hex(elf.substr(begin, size));
    }
    in.skip(padded(size));
  }
  return std::nullopt;
}

std::optional<std::string> by_program_headers(std::string_view elf) {
  Cursor in(elf, {0, elf.size()}, "the ELF header");
  in.seek(32);
  const std::uint64_t table = in.uint(8);
  in.seek(54);
  const std::uint64_t entry_size = in.uint(2), count = in.uint(2);
  if (entry_size != sizeof(Elf64_Phdr)) return std::nullopt;
  for (std::uint64_t i = 0; i < count; ++i) {
    in.seek(table);
    in.skip(i * entry_size);
    const bool note = in.uint(4) == PT_NOTE;
    in.skip(4);
    const std::uint64_t offset = in.uint(8);
    in.skip(16);
    const std::uint64_t size = in.uint(8);
    if (!note || offset > elf.size()) continue;
    // Notes that are cut off, or aren't where the header says (as in a separate debug file), are as good as
    // none.
    try {
      if (auto id = among_notes(elf, {offset, offset + std::min<std::uint64_t>(size, elf.size())})) return id;
    } catch (const Malformed&) {
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> build_id(std::string_view elf) {
  if (!elf.starts_with(ELFMAG) || elf.size() < sizeof(Elf64_Ehdr)) return std::nullopt;
  if (elf[EI_CLASS] != ELFCLASS64 || elf[EI_DATA] != ELFDATA2LSB) return std::nullopt;
  try {
    if (auto id = by_program_headers(elf)) return id;
    for (const Section& section : read_sections(elf))
      if (section.name == ".note.gnu.build-id") return among_notes(elf, section.extent);
  } catch (const Malformed&) {
  }
  return std::nullopt;
}

}  // namespace rspbridge::proxy::symbols
