#include "proxy/symbols/add_section.hpp"

#include <elf.h>

#include <cstddef>
#include <string>

namespace rspbridge::proxy::symbols {
namespace {

// Where the ELF header and section headers have what changes.
constexpr std::uint64_t e_shoff = offsetof(Elf64_Ehdr, e_shoff), e_shnum = offsetof(Elf64_Ehdr, e_shnum),
                        e_shstrndx = offsetof(Elf64_Ehdr, e_shstrndx), header_size = sizeof(Elf64_Shdr),
                        sh_offset = offsetof(Elf64_Shdr, sh_offset), sh_size = offsetof(Elf64_Shdr, sh_size);

/// Puts `contents` at the end of the file, aligned; where that is.
std::uint64_t put_at_end(std::string& file, std::string_view contents) {
  file.resize((file.size() + 15) & ~std::uint64_t{15});
  const std::uint64_t at = file.size();
  file += contents;
  return at;
}

void point(std::string& file, std::uint64_t header, std::uint64_t at, std::uint64_t size) {
  put_uint(file, header + sh_offset, 8, at);
  put_uint(file, header + sh_size, 8, size);
}

/// Moves the section headers to the end of the file, and one more behind them: where that is.
std::uint64_t add_header(ElfFile& elf) {
  const std::uint64_t count = elf.sections.size(), first = elf.sections.front().header;
  const std::uint64_t table = put_at_end(
      elf.bytes, std::string(elf.bytes, first, count * header_size) + std::string(header_size, '\0'));
  put_uint(elf.bytes, e_shoff, 8, table);
  put_uint(elf.bytes, e_shnum, 2, count + 1);
  return table + count * header_size;
}

}  // namespace

void add_to_section(ElfFile& elf, std::string_view name, std::string_view contents) {
  if (const Section* present = elf.find(name)) {
    const std::string whole =
        elf.bytes.substr(present->extent.begin, present->extent.size()) + std::string(contents);
    const std::uint64_t header = present->header;
    return point(elf.bytes, header, put_at_end(elf.bytes, whole), whole.size());
  }
  add_section(elf, {.name = name, .type = SHT_PROGBITS}, contents);
}

void add_section(ElfFile& elf, const NewSection& section, std::string_view contents) {
  Cursor header(elf.bytes, {0, elf.bytes.size()}, "the ELF header");
  header.seek(e_shstrndx);
  const std::uint64_t index = header.uint(2);
  if (index >= elf.sections.size() || elf.sections.size() + 1 >= SHN_LORESERVE)
    throw Malformed("too many sections for one more");
  const Section& names = elf.sections[index];
  std::string strings = elf.bytes.substr(names.extent.begin, names.extent.size());
  const std::uint64_t name_at = strings.size();
  strings += std::string(section.name) + '\0';
  point(elf.bytes, names.header, put_at_end(elf.bytes, strings), strings.size());
  const std::uint64_t at = put_at_end(elf.bytes, contents), added = add_header(elf);
  put_uint(elf.bytes, added, 4, name_at);
  put_uint(elf.bytes, added + offsetof(Elf64_Shdr, sh_type), 4, section.type);
  point(elf.bytes, added, at, contents.size());
  put_uint(elf.bytes, added + offsetof(Elf64_Shdr, sh_link), 4, section.link);
  put_uint(elf.bytes, added + offsetof(Elf64_Shdr, sh_info), 4, section.info);
  put_uint(elf.bytes, added + offsetof(Elf64_Shdr, sh_addralign), 8, 8);
  put_uint(elf.bytes, added + offsetof(Elf64_Shdr, sh_entsize), 8, section.entry_size);
}

}  // namespace rspbridge::proxy::symbols
