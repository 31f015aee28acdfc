#include "proxy/symbols/linker_symbols.hpp"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "proxy/symbols/elf_file.hpp"
#include "rsp/escape.hpp"

namespace rspbridge::proxy::symbols {
namespace {

constexpr std::size_t instruction = 4;
constexpr std::string_view build_id_section = ".note.gnu.build-id";
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
  std::vector<Section> sections;
  std::size_t text = 0;  ///< its index
  LazyBinding binding;
};

std::optional<Linker> read_linker(std::string_view elf) {
  if (elf.size() < sizeof(Elf64_Ehdr) || elf.size() > largest_linker || !elf.starts_with(ELFMAG) ||
      elf[EI_CLASS] != ELFCLASS64 || elf[EI_DATA] != ELFDATA2LSB ||
      elf.find("_rtld_global") == std::string_view::npos)
    return std::nullopt;
  Linker linker{read_sections(elf), 0, {}};
  const auto index = [&](std::string_view name) {
    const auto at = std::find_if(linker.sections.begin(), linker.sections.end(),
                                 [&](const Section& section) { return section.name == name; });
    return static_cast<std::size_t>(at - linker.sections.begin());
  };
  const std::size_t none = linker.sections.size();
  linker.text = index(".text");
  if (linker.text == none || index(build_id_section) == none || index(".symtab") != none) return std::nullopt;
  for (const Section& section : linker.sections)
    if (section.extent.end > elf.size() || section.extent.begin > section.extent.end) return std::nullopt;
  const Section& text = linker.sections[linker.text];
  const auto binding = find_in(Code(elf.substr(text.extent.begin, text.extent.size()), text.address));
  if (!binding) return std::nullopt;
  linker.binding = *binding;
  return linker;
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

// Sections, as they are added one by one.
class Writer {
 public:
  Writer() : out_(sizeof(Elf64_Ehdr), '\0'), headers_(1) { names_ += '\0'; }

  std::size_t add(std::string_view name, Elf64_Shdr header, std::string_view contents) {
    header.sh_name = static_cast<std::uint32_t>(names_.size());
    names_.append(name).append(1, '\0');
    out_.resize((out_.size() + 7) & ~std::size_t{7});
    header.sh_offset = out_.size();
    if (header.sh_type != SHT_NOBITS) header.sh_size = contents.size();
    out_ += contents;
    headers_.push_back(header);
    return headers_.size() - 1;
  }
  // `start` is the header of the linker: the machine, and what else must be as there.
  std::string done(Elf64_Ehdr start) {
    Elf64_Shdr header{};
    header.sh_type = SHT_STRTAB;
    constexpr std::string_view name = ".shstrtab";
    const std::string all = names_ + std::string(name) + '\0';
    const std::size_t last = add(name, header, all);
    out_.resize((out_.size() + 7) & ~std::size_t{7});
    start.e_entry = start.e_phoff = start.e_phnum = 0;
    start.e_shoff = out_.size();
    start.e_shentsize = sizeof(Elf64_Shdr);
    start.e_shnum = static_cast<std::uint16_t>(headers_.size());
    start.e_shstrndx = static_cast<std::uint16_t>(last);
    std::memcpy(out_.data(), &start, sizeof start);
    for (const Elf64_Shdr& one : headers_) append(out_, one);
    return std::move(out_);
  }

 private:
  std::string out_, names_;
  std::vector<Elf64_Shdr> headers_;
};

// What the linker loads, without contents, as objcopy --only-keep-debug leaves it; then the symbols.
std::string write(std::string_view elf, const Linker& linker) {
  Writer writer;
  std::size_t text = 0;
  for (const Section& section : linker.sections) {
    if ((section.flags & SHF_ALLOC) == 0) continue;
    Elf64_Shdr header;
    std::memcpy(&header, elf.data() + section.header, sizeof header);
    const bool is_note = section.name == build_id_section;
    if (!is_note) header.sh_type = SHT_NOBITS;
    header.sh_link = header.sh_info = 0;
    const auto contents = elf.substr(section.extent.begin, is_note ? section.extent.size() : 0);
    const std::size_t index = writer.add(section.name, header, contents);
    if (&section == &linker.sections[linker.text]) text = index;
  }
  const std::string resolve = "_dl_runtime_resolve", fixup = "_dl_fixup";
  const std::string strings = '\0' + resolve + '\0' + fixup + '\0';
  Elf64_Shdr header{};
  header.sh_type = SHT_STRTAB;
  const std::size_t string_table = writer.add(".strtab", header, strings);
  std::string symbols(sizeof(Elf64_Sym), '\0');
  const auto index = static_cast<std::uint16_t>(text);
  append(symbols, function(1, linker.binding.resolve, index));
  append(symbols, function(static_cast<std::uint32_t>(resolve.size() + 2), linker.binding.fixup, index));
  header.sh_type = SHT_SYMTAB;
  header.sh_link = static_cast<std::uint32_t>(string_table);
  header.sh_info = 1;  // the first global symbol
  header.sh_entsize = sizeof(Elf64_Sym);
  header.sh_addralign = 8;
  writer.add(".symtab", header, symbols);
  Elf64_Ehdr start{};
  std::memcpy(&start, elf.data(), sizeof start);
  return writer.done(start);
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
