// A symbol table for a stripped dynamic linker.
#include <elf.h>

#include <algorithm>
#include <cstddef>

#include "proxy/symbols/add_section.hpp"
#include "proxy/symbols/resolver.hpp"

namespace rspbridge::proxy::symbols {
namespace {

constexpr std::uint64_t longest_name = 4096;  // bytes
constexpr std::uint64_t largest = 4 << 20;    // bytes; stripped dynamic linkers have about 200 KiB
constexpr std::uint64_t named = 1;            // byte of a function: GDB asks for its address alone

class SymbolTable {
 public:
  SymbolTable() { add({}, ""); }
  void add_function(std::string_view name, const Function& function, std::uint64_t section) {
    add({.st_info = ELF64_ST_INFO(STB_LOCAL, STT_FUNC),
         .st_shndx = static_cast<std::uint16_t>(section),
         .st_value = function.begin,
         .st_size = named},
        name);
  }
  /// The dynamic symbols that `elf` defines, by the names that GDB gives them: without versions.
  void add_dynamic(const ElfFile& elf);
  const std::string& symbols() const { return symbols_; }
  const std::string& strings() const { return strings_; }

 private:
  struct Symbol {
    unsigned char st_info = 0, st_other = 0;
    std::uint16_t st_shndx = 0;
    std::uint64_t st_value = 0, st_size = 0;
  };
  void add(const Symbol& symbol, std::string_view name);

  std::string symbols_, strings_;
};

void SymbolTable::add(const Symbol& symbol, std::string_view name) {
  const std::size_t at = symbols_.size();
  symbols_.resize(at + sizeof(Elf64_Sym));
  put_uint(symbols_, at + offsetof(Elf64_Sym, st_name), 4, strings_.size());
  put_uint(symbols_, at + offsetof(Elf64_Sym, st_info), 1, symbol.st_info);
  put_uint(symbols_, at + offsetof(Elf64_Sym, st_other), 1, symbol.st_other);
  put_uint(symbols_, at + offsetof(Elf64_Sym, st_shndx), 2, symbol.st_shndx);
  put_uint(symbols_, at + offsetof(Elf64_Sym, st_value), 8, symbol.st_value);
  put_uint(symbols_, at + offsetof(Elf64_Sym, st_size), 8, symbol.st_size);
  strings_ += std::string(name) + '\0';
}

void SymbolTable::add_dynamic(const ElfFile& elf) {
  const Section* section = elf.find(".dynsym");
  if (!section || section->link >= elf.sections.size()) throw Malformed("there are no dynamic symbols");
  Cursor in = elf.cursor(*section);
  while (!in.done()) {
    Cursor names = elf.cursor(elf.sections[section->link]);
    names.skip(in.uint(4));
    Symbol symbol;
    symbol.st_info = in.u8();
    symbol.st_other = in.u8();
    symbol.st_shndx = static_cast<std::uint16_t>(in.uint(2));
    symbol.st_value = in.uint(8);
    symbol.st_size = in.uint(8);
    if (symbol.st_shndx == SHN_UNDEF || ELF64_ST_BIND(symbol.st_info) == STB_LOCAL) continue;
    add(symbol, names.take(std::min(names.left(), longest_name)).text());
  }
}

std::string add_names(ElfFile elf, const Resolver& resolver) {
  const auto text = static_cast<std::uint64_t>(elf.find(".text") - elf.sections.data());
  SymbolTable table;
  // Where a linker has several of the first for several processors, GDB only needs to know that there is one.
  for (const Function& entry : resolver.entries) table.add_function("_dl_runtime_resolve", entry, text);
  table.add_function("_dl_fixup", resolver.fixup, text);
  const std::uint64_t locals = table.symbols().size() / sizeof(Elf64_Sym);
  table.add_dynamic(elf);
  const auto strings = static_cast<std::uint32_t>(elf.sections.size());
  add_section(elf, {.name = ".strtab", .type = SHT_STRTAB}, table.strings());
  elf = read_elf(elf.bytes);
  add_section(elf,
              {.name = ".symtab",
               .type = SHT_SYMTAB,
               .link = strings,
               .info = static_cast<std::uint32_t>(locals),
               .entry_size = sizeof(Elf64_Sym)},
              table.symbols());
  return std::move(elf.bytes);
}

bool is_little_elf64(std::string_view bytes) {
  return bytes.starts_with(ELFMAG) && bytes.size() >= sizeof(Elf64_Ehdr) && bytes[EI_CLASS] == ELFCLASS64 &&
         bytes[EI_DATA] == ELFDATA2LSB;
}

}  // namespace

std::optional<std::string> with_resolver_names(std::string_view bytes) {
  if (!is_little_elf64(bytes) || bytes.size() > largest) return std::nullopt;
  try {
    const std::vector<Section> sections = read_sections(bytes);
    const auto names_functions = [](const Section& section) {
      return section.type == SHT_SYMTAB || section.name == ".gnu_debugdata";
    };
    if (std::any_of(sections.begin(), sections.end(), names_functions)) return std::nullopt;
    ElfFile elf{std::string(bytes), sections};
    const auto resolver = find_resolver(elf);
    if (!resolver) return std::nullopt;
    return add_names(std::move(elf), *resolver);
  } catch (const Malformed&) {
    return std::nullopt;  // as the target has it, it is GDB's to judge
  }
}

}  // namespace rspbridge::proxy::symbols
