#include "proxy/near/view/elf_glance.hpp"

#include <elf.h>

#include <vector>

#include "memmap/elf_bytes.hpp"
#include "memmap/elf_image.hpp"

namespace rspbridge::proxy::near {
namespace {

std::string_view part(std::string_view bytes, std::uint64_t offset, std::uint64_t size) {
  if (offset > bytes.size() || size > bytes.size() - offset) return {};
  return bytes.substr(offset, size);
}

std::string_view text_at(std::string_view bytes, std::uint64_t offset) {
  if (offset >= bytes.size()) return {};
  const std::string_view rest = bytes.substr(offset);
  const auto end = rest.find('\0');
  return end == std::string_view::npos ? std::string_view() : rest.substr(0, end);
}

std::vector<Elf64_Shdr> sections_of(std::string_view file) {
  std::vector<Elf64_Shdr> sections;
  const auto header = memmap::struct_at<Elf64_Ehdr>(file, 0);
  if (!header || !file.starts_with(ELFMAG) || header->e_shentsize != sizeof(Elf64_Shdr)) return sections;
  for (std::uint64_t i = 0; i < header->e_shnum; ++i) {
    const auto section = memmap::struct_at<Elf64_Shdr>(file, header->e_shoff + i * sizeof(Elf64_Shdr));
    if (!section) return {};
    sections.push_back(*section);
  }
  return sections;
}

std::string_view contents(std::string_view file, const Elf64_Shdr& section) {
  return section.sh_type == SHT_NOBITS ? std::string_view() : part(file, section.sh_offset, section.sh_size);
}

}  // namespace

std::string elf_interpreter(std::string_view start) {
  const auto image = memmap::read_elf_image(memmap::reader_of(start), 0, memmap::ElfLayout::file, 64);
  if (!image) return {};
  for (const memmap::ProgramHeader& header : image->headers)
    if (header.type == PT_INTERP) return std::string(text_at(part(start, header.offset, header.filesz), 0));
  return {};
}

DebugLink elf_debug_link(std::string_view file) {
  DebugLink link;
  const auto sections = sections_of(file);
  const auto header = memmap::struct_at<Elf64_Ehdr>(file, 0);
  if (sections.empty() || header->e_shstrndx >= sections.size()) return link;
  const std::string_view names = contents(file, sections[header->e_shstrndx]);
  for (const Elf64_Shdr& section : sections) {
    const std::string_view name = text_at(names, section.sh_name);
    if (name == ".debug_info") link.has_debug_info = true;
    if (name == ".gnu_debuglink") link.name = text_at(contents(file, section), 0);
  }
  return link;
}

std::optional<std::uint64_t> elf_dynamic_symbol(std::string_view file, std::string_view name) {
  const auto sections = sections_of(file);
  for (const Elf64_Shdr& section : sections) {
    if (section.sh_type != SHT_DYNSYM || section.sh_link >= sections.size()) continue;
    const std::string_view names = contents(file, sections[section.sh_link]);
    const std::string_view symbols = contents(file, section);
    for (std::uint64_t at = 0; at < symbols.size(); at += sizeof(Elf64_Sym)) {
      const auto symbol = memmap::struct_at<Elf64_Sym>(symbols, at);
      if (symbol && symbol->st_shndx != SHN_UNDEF && text_at(names, symbol->st_name) == name)
        return symbol->st_value;
    }
  }
  return std::nullopt;
}

}  // namespace rspbridge::proxy::near
