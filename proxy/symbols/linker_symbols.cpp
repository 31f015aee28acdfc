#include "proxy/symbols/linker_symbols.hpp"

#include <elf.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "proxy/symbols/elf_file.hpp"
#include "rsp/escape.hpp"

namespace rspbridge::proxy::symbols {
namespace {

constexpr std::size_t instruction = 4;
constexpr std::size_t largest_linker = std::size_t{4} << 20;  // bytes

class Code {
 public:
  Code(std::string_view bytes, std::uint64_t address) : bytes_(bytes), address_(address) {}
  std::size_t size() const { return bytes_.size() / instruction; }
  std::uint64_t at(std::size_t i) const {
    return rsp::little_endian(bytes_.substr(i * instruction, instruction));
  }
  std::uint64_t address(std::size_t i) const { return address_ + i * instruction; }
  bool holds(std::uint64_t address) const {
    return address >= address_ && address < address_ + bytes_.size() && address % instruction == 0;
  }
  bool is_call(std::size_t i) const { return at(i) >> 26 == 0x25; }  // BL
  std::uint64_t called(std::size_t i) const {
    const std::uint64_t sign = std::uint64_t{1} << 27, offset = (at(i) & 0x3ffffff) * instruction;
    return address(i) + ((offset ^ sign) - sign);
  }

 private:
  std::string_view bytes_;
  std::uint64_t address_;
};

constexpr std::uint64_t move_result = 0xaa0003f0;    // mov x16, x0
constexpr std::uint64_t jump = 0xd61f0200;           // br x16
constexpr std::uint64_t load_link_map = 0xf85f8200;  // ldr x0, [x16, #-8]
constexpr std::uint64_t landing = 0xd503245f;        // bti c
constexpr std::size_t farthest = 64;                 // instructions

// stp x8, x9, [sp, #-N]!
constexpr bool saves_first(std::uint64_t code) {
  return (code & 0xffc07fff) == 0xa98027e8;
}

// The first instruction of the function that calls at `call`.
std::optional<std::size_t> beginning(const Code& code, std::size_t call) {
  bool loads = false;
  for (std::size_t i = call; i > 0 && call - i < farthest; --i) {
    if (code.is_call(i - 1)) return std::nullopt;
    loads = loads || code.at(i - 1) == load_link_map;
    if (!saves_first(code.at(i - 1))) continue;
    if (!loads) return std::nullopt;
    return i >= 2 && code.at(i - 2) == landing ? i - 2 : i - 1;
  }
  return std::nullopt;
}

bool jumps_soon(const Code& code, std::size_t from) {
  for (std::size_t i = from; i < std::min(code.size(), from + farthest); ++i) {
    if (code.is_call(i)) return false;
    if (code.at(i) == jump) return true;
  }
  return false;
}

std::optional<LazyBinding> find_in(const Code& code) {
  std::optional<LazyBinding> found;
  for (std::size_t i = 1; i + 1 < code.size(); ++i) {
    if (!code.is_call(i) || code.at(i + 1) != move_result || !jumps_soon(code, i + 2)) continue;
    const auto start = beginning(code, i);
    if (!start || !code.holds(code.called(i))) continue;
    if (found) return std::nullopt;  // which one is it?
    found = LazyBinding{code.address(*start), code.called(i)};
  }
  return found;
}

struct Linker {
  Section text, build_id;
  LazyBinding binding;
};

std::optional<Linker> read_linker(std::string_view elf) {
  if (elf.size() < sizeof(Elf64_Ehdr) || elf.size() > largest_linker || !elf.starts_with(ELFMAG) ||
      elf[EI_CLASS] != ELFCLASS64 || elf[EI_DATA] != ELFDATA2LSB ||
      elf.find("_rtld_global") == std::string_view::npos)
    return std::nullopt;
  const std::vector<Section> sections = read_sections(elf);
  const auto named = [&](std::string_view name) -> const Section* {
    const auto at =
        std::find_if(sections.begin(), sections.end(), [&](const Section& s) { return s.name == name; });
    return at == sections.end() ? nullptr : &*at;
  };
  const Section *text = named(".text"), *id = named(".note.gnu.build-id");
  if (!text || !id || named(".symtab") || text->extent.end > elf.size() || id->extent.end > elf.size())
    return std::nullopt;
  const auto binding = find_in(Code(elf.substr(text->extent.begin, text->extent.size()), text->address));
  if (!binding) return std::nullopt;
  return Linker{*text, *id, *binding};
}

template <class T>
void append(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

Elf64_Sym function(std::uint32_t name, std::uint64_t address, std::uint16_t section) {
  Elf64_Sym symbol{};
  symbol.st_name = name;
  symbol.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
  symbol.st_other = STV_HIDDEN;
  symbol.st_shndx = section;
  symbol.st_value = address;
  symbol.st_size = instruction;
  return symbol;
}

// The header, then the sections' contents in their order, then their headers.
std::string write(std::string_view elf, const Linker& linker) {
  using namespace std::string_literals;
  const std::string names = "\0.note.gnu.build-id\0.text\0.symtab\0.strtab\0.shstrtab\0"s;
  const std::string strings = "\0_dl_runtime_resolve\0_dl_fixup\0"s;
  const auto at = [](const std::string& table, const char* name) {
    return static_cast<std::uint32_t>(table.find("\0"s + name + "\0"s) + 1);
  };
  constexpr std::uint16_t text_index = 2, names_index = 5;
  const auto header = [&](const char* name, std::uint32_t type) {
    Elf64_Shdr made{};
    made.sh_name = at(names, name);
    made.sh_type = type;
    made.sh_addralign = 8;
    return made;
  };
  std::array<Elf64_Shdr, 6> headers{Elf64_Shdr{},
                                    header(".note.gnu.build-id", SHT_NOTE),
                                    header(".text", SHT_NOBITS),
                                    header(".symtab", SHT_SYMTAB),
                                    header(".strtab", SHT_STRTAB),
                                    header(".shstrtab", SHT_STRTAB)};
  std::string symbols(sizeof(Elf64_Sym), '\0');
  append(symbols, function(at(strings, "_dl_runtime_resolve"), linker.binding.resolve, text_index));
  append(symbols, function(at(strings, "_dl_fixup"), linker.binding.fixup, text_index));
  const std::array<std::string, 6> contents{
      "",      std::string(elf.substr(linker.build_id.extent.begin, linker.build_id.extent.size())),
      "",      symbols,
      strings, names};
  std::string out(sizeof(Elf64_Ehdr), '\0');
  for (std::size_t i = 1; i < headers.size(); ++i) {
    out.resize((out.size() + 7) & ~std::size_t{7});
    headers[i].sh_offset = out.size();
    headers[i].sh_size = contents[i].size();
    out += contents[i];
  }
  headers[1].sh_flags = SHF_ALLOC;
  headers[1].sh_addr = linker.build_id.address;
  headers[1].sh_addralign = 4;
  headers[text_index].sh_flags = SHF_ALLOC | SHF_EXECINSTR;
  headers[text_index].sh_addr = linker.text.address;
  headers[text_index].sh_size = linker.text.extent.size();
  headers[3].sh_link = 4;
  headers[3].sh_info = 1;  // of the first global symbol
  headers[3].sh_entsize = sizeof(Elf64_Sym);
  out.resize((out.size() + 7) & ~std::size_t{7});
  Elf64_Ehdr start{};
  std::memcpy(&start, elf.data(), sizeof start);  // the machine, and what else must be as in the linker
  start.e_entry = start.e_phoff = start.e_phnum = 0;
  start.e_shoff = out.size();
  start.e_shentsize = sizeof(Elf64_Shdr);
  start.e_shnum = headers.size();
  start.e_shstrndx = names_index;
  std::memcpy(out.data(), &start, sizeof start);
  for (const Elf64_Shdr& one : headers) append(out, one);
  return out;
}

}  // namespace

std::optional<LazyBinding> find_lazy_binding(std::string_view elf) try {
  const auto linker = read_linker(elf);
  return linker ? std::optional(linker->binding) : std::nullopt;
} catch (const Malformed&) {  // whoever serves the file itself says so
  return std::nullopt;
}

std::optional<std::string> linker_symbols(std::string_view elf) try {
  const auto linker = read_linker(elf);
  return linker ? std::optional(write(elf, *linker)) : std::nullopt;
} catch (const Malformed&) {
  return std::nullopt;
}

}  // namespace rspbridge::proxy::symbols
