#include "proxy/triage/symbols.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <new>
#include <tuple>

#include <elf.h>

namespace rspbridge::proxy::triage {
namespace {

// Files were found before: nothing is searched for here, least of all among this host's own.
int no_elf(Dwfl_Module*, void**, const char*, Dwarf_Addr, char**, Elf**) {
  return -1;
}

int given_debug_file(Dwfl_Module*, void** user_data, const char*, Dwarf_Addr, const char*, const char*,
                     GElf_Word, char** name) {
  const auto* image = static_cast<const Image*>(*user_data);
  if (image == nullptr || !image->debug) return -1;
  // libdw finds what the file refers to (.gnu_debugaltlink) beside it.
  if (!image->debug_name.empty()) *name = ::strdup(image->debug_name.c_str());
  return ::dup(image->debug.get());
}

const Dwfl_Callbacks callbacks{no_elf, given_debug_file, nullptr, nullptr};

constexpr int most_looked_at = 16;  // symbols before an address

// The index of the section that `address` lies in; 0 if there is none.
std::size_t section_of(Dwfl_Module* module, GElf_Addr address) {
  Dwarf_Addr bias = 0;
  Elf_Scn* section = dwfl_module_address_section(module, &address, &bias);
  return section ? elf_ndxscn(section) : 0;
}

bool is_of_interest(const GElf_Sym& symbol) {
  const auto type = GELF_ST_TYPE(symbol.st_info);
  return type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_NOTYPE || type == STT_OBJECT;
}

// Among names of one function: with a size first, then those with fewer leading underscores, then the
// shortest.
std::tuple<bool, std::size_t, std::size_t, const std::string&> rank(const ElfSymbol& symbol) {
  return {symbol.size == 0, std::min(symbol.name.size(), symbol.name.find_first_not_of('_')),
          symbol.name.size(), symbol.name};
}

}  // namespace

Symbols::Symbols(const std::vector<Image>& images) : images_(images), dwfl_(dwfl_begin(&callbacks)) {
  if (!dwfl_) throw std::bad_alloc();
  dwfl_report_begin(dwfl_.get());
  for (const Image& image : images_) {
    if (!image.file) continue;
    memmap::FileDescriptor file(::dup(image.file.get()));
    const std::string name = image.file_name.empty() ? "target:" + image.path : image.file_name;
    Dwfl_Module* module =
        dwfl_report_elf(dwfl_.get(), image.path.c_str(), name.c_str(), file.get(), image.load_bias, true);
    if (module == nullptr) continue;
    static_cast<void>(file.release());  // libdw closes it
    void** user_data = nullptr;
    dwfl_module_info(module, &user_data, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
    *user_data = const_cast<Image*>(&image);
    modules_[&image] = module;
  }
  dwfl_report_end(dwfl_.get(), nullptr, nullptr);
}

const Image* Symbols::image(std::uint64_t address) const {
  const auto found = std::find_if(images_.begin(), images_.end(), [address](const Image& one) {
    return one.begin <= address && address < one.end;
  });
  return found == images_.end() ? nullptr : &*found;
}

Dwfl_Module* Symbols::module(std::uint64_t address) const {
  const auto found = modules_.find(image(address));
  return found == modules_.end() ? nullptr : found->second;
}

const std::vector<ElfSymbol>& Symbols::functions(Dwfl_Module* module) const {
  const auto [entry, is_new] = functions_.try_emplace(module);
  if (!is_new) return entry->second;
  auto& list = entry->second;
  const int count = dwfl_module_getsymtab(module);
  for (int i = 1; i < count; ++i) {
    GElf_Sym symbol{};
    GElf_Addr address = 0;
    GElf_Word section = 0;
    const char* name = dwfl_module_getsym_info(module, i, &symbol, &address, &section, nullptr, nullptr);
    if (name == nullptr || *name == '\0' || *name == '$' || section == SHN_UNDEF) continue;
    if (!is_of_interest(symbol)) continue;
    list.push_back({name, address, symbol.st_size, symbol.st_size == 0 ? section_of(module, address) : 0});
  }
  std::sort(list.begin(), list.end(), [](const ElfSymbol& a, const ElfSymbol& b) {
    if (a.address != b.address) return a.address < b.address;
    return rank(a) < rank(b);
  });
  return list;
}

std::optional<ElfSymbol> Symbols::symbol(std::uint64_t address) const {
  Dwfl_Module* const from = module(address);
  if (from == nullptr) return std::nullopt;
  const auto& list = functions(from);
  auto at = std::partition_point(list.begin(), list.end(),
                                 [address](const ElfSymbol& one) { return one.address <= address; });
  // Back to the nearest that reaches so far: one without a size to the end of its section.
  for (int i = 0; at != list.begin() && i < most_looked_at; ++i) {
    --at;
    if (at->size != 0 ? address >= at->address + at->size : at->section != section_of(from, address))
      continue;
    while (at != list.begin() && std::prev(at)->address == at->address) --at;
    return *at;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> Symbols::address(std::string_view name) const {
  for (const Image& image : images_) {
    const auto found = modules_.find(&image);
    if (found == modules_.end()) continue;
    for (const ElfSymbol& one : functions(found->second))
      if (one.name == name) return one.address;
  }
  return std::nullopt;
}

std::optional<Symbols::Line> Symbols::line(std::uint64_t address) const {
  const auto in = unit(address);
  if (!in) return std::nullopt;
  Dwarf_Die die = in->die;
  Dwarf_Line* const found = dwarf_getsrc_die(&die, address - in->bias);
  Line line;
  const char* const file = found ? dwarf_linesrc(found, nullptr, nullptr) : nullptr;
  if (file == nullptr || dwarf_lineno(found, &line.number) != 0) return std::nullopt;
  line.file = file;
  return line;
}

std::optional<Symbols::Rules> Symbols::rules(std::uint64_t address) const {
  Dwfl_Module* const from = module(address);
  if (from == nullptr) return std::nullopt;
  for (const auto source : {dwfl_module_eh_cfi, dwfl_module_dwarf_cfi}) {
    Dwarf_Addr bias = 0;
    Dwarf_CFI* const cfi = source(from, &bias);
    Dwarf_Frame* frame = nullptr;
    if (cfi == nullptr || dwarf_cfi_addrframe(cfi, address - bias, &frame) != 0) continue;
    Rules rules{{frame, std::free}, bias};
    rules.return_address = dwarf_frame_info(frame, nullptr, nullptr, &rules.signal_frame);
    if (rules.return_address >= 0) return rules;
  }
  return std::nullopt;
}

SymbolKind Symbols::kind(const Image& image) const {
  const auto found = modules_.find(&image);
  if (found == modules_.end()) return image.file ? SymbolKind::corrupt : SymbolKind::none;
  Dwarf_Addr bias = 0;
  if (dwfl_module_getdwarf(found->second, &bias) != nullptr) return SymbolKind::dwarf;
  return dwfl_module_getsymtab(found->second) > 1 ? SymbolKind::table : SymbolKind::none;
}

}  // namespace rspbridge::proxy::triage
