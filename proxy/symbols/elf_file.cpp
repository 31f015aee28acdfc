#include "proxy/symbols/elf_file.hpp"

#include <elf.h>

#include <algorithm>
#include <optional>

namespace rspbridge::proxy::symbols {
namespace {

constexpr std::uint64_t shdr_size = sizeof(Elf64_Shdr);

Section read_section(Cursor in, std::uint64_t header, std::uint64_t file_size) {
  Section section;
  in.seek(header);
  section.header = header;
  section.name_at = in.uint(4);  // An offset until the string table is known.
  section.type = static_cast<std::uint32_t>(in.uint(4));
  section.flags = in.uint(8);
  section.address = in.uint(8);
  const std::uint64_t offset = in.uint(8), size = in.uint(8);
  section.link = static_cast<std::uint32_t>(in.uint(4));
  if (section.type == SHT_NOBITS || section.type == SHT_NULL || size == 0) return section;
  if (offset > file_size || size > file_size - offset) {
    in.seek(header);
    in.fail("a section isn't within the file");
  }
  section.extent = {offset, offset + size};
  return section;
}

void name_sections(std::string_view elf, std::vector<Section>& sections, std::uint64_t names_index) {
  if (names_index >= sections.size()) throw Malformed("there is no section for the sections' names");
  const Extent names = sections[names_index].extent;
  for (Section& section : sections) {
    Cursor in(elf, names, "the sections' names");
    in.skip(section.name_at);
    section.name_at = in.position();
    // Names are short; a hostile file's might all be one endless string.
    Cursor name = in.take(std::min<std::uint64_t>(in.left(), 256));
    if (!name.done()) section.name = name.text();
  }
}

}  // namespace

const Section* ElfFile::find(std::string_view name) const {
  for (const Section& section : sections)
    if (section.name == name && section.extent.size() != 0) return &section;
  return nullptr;
}

Cursor ElfFile::cursor(const Section& section) const {
  return Cursor(bytes, section.extent, section.name);
}

bool is_arm64_elf(std::string_view first_bytes) {
  if (first_bytes.size() < 20 || !first_bytes.starts_with(ELFMAG)) return false;
  const bool little = first_bytes[EI_DATA] == ELFDATA2LSB;
  const auto low = static_cast<unsigned char>(first_bytes[little ? 18 : 19]);
  const auto high = static_cast<unsigned char>(first_bytes[little ? 19 : 18]);
  return (high << 8 | low) == EM_AARCH64;
}

std::optional<Refusal> refuse(std::string_view elf, std::string_view name) {
  const auto say = [&](RefusalKind kind, std::string_view why) {
    return Refusal{kind, std::string(name) + ": " + std::string(why)};
  };
  if (!elf.starts_with(ELFMAG)) return say(RefusalKind::not_aarch64, "this is no ELF file");
  if (elf.size() < 20) return say(RefusalKind::malformed, "the file ends within its ELF header");
  if (!is_arm64_elf(elf)) return say(RefusalKind::not_aarch64, "this is no ELF file of an ARM64 machine");
  if (elf[EI_CLASS] != ELFCLASS64)
    return say(RefusalKind::unsupported, "this is an ILP32 file (ELFCLASS32), which isn't translated");
  if (elf[EI_DATA] != ELFDATA2LSB)
    return say(RefusalKind::unsupported, "this is a big-endian file, which isn't translated");
  if (elf.size() < sizeof(Elf64_Ehdr))
    return say(RefusalKind::malformed, "the file ends within its ELF header");
  switch (static_cast<unsigned char>(elf[16]) | static_cast<unsigned char>(elf[17]) << 8) {
    case ET_EXEC:
    case ET_DYN:
      return std::nullopt;
    case ET_CORE:
      return say(RefusalKind::unsupported, "this is a core file, which isn't translated");
    case ET_REL:
      return say(RefusalKind::unsupported, "this is an object file (ET_REL), which isn't translated");
    default:
      return say(RefusalKind::unsupported, "this is an ELF file of an unknown type (e_type)");
  }
}

std::vector<Section> read_sections(std::string_view elf) {
  std::vector<Section> sections;
  Cursor header(elf, {0, elf.size()}, "the ELF header");
  header.seek(40);
  const std::uint64_t table = header.uint(8);
  header.seek(58);
  const std::uint64_t entry_size = header.uint(2);
  std::uint64_t count = header.uint(2), names = header.uint(2);
  if (table == 0) return sections;
  if (entry_size != shdr_size) header.fail("section headers have an unknown size");
  Cursor in(elf, {0, elf.size()}, "the section headers");
  const auto escape = [&](std::uint64_t field) {  // Too large for the header: it is in the first section's.
    in.seek(table);
    in.skip(field);
    return in.uint(field == 32 ? 8 : 4);
  };
  if (count == 0) count = escape(32);
  if (names == SHN_XINDEX) names = escape(40);
  in.seek(table);
  if (count > in.left() / shdr_size) in.fail("they run past the file's end");
  for (std::uint64_t i = 0; i < count; ++i)
    sections.push_back(read_section(in, table + i * shdr_size, elf.size()));
  name_sections(elf, sections, names);
  return sections;
}

ElfFile read_elf(std::string_view elf) {
  return {std::string(elf), read_sections(elf)};
}

}  // namespace rspbridge::proxy::symbols
