// The symbols that GDB needs of a dynamic linker, found in made-up ones and in the cross compiler's.
#include <elf.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "proxy/symbols/elf_file.hpp"
#include "proxy/symbols/linker_symbols.hpp"
#include "proxy/symbols/translate.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::proxy::symbols;

namespace {

constexpr std::uint32_t bti = 0xd503245f, save = 0xa9b327e8, load = 0xf85f8200, result = 0xaa0003f0,
                        jump = 0xd61f0200, nop = 0xd503201f, leave = 0xd65f03c0;
constexpr std::uint64_t address = 0x1000, text_at = 0x200;

std::uint32_t call(std::uint64_t from, std::uint64_t to) {
  return static_cast<std::uint32_t>(0x94000000 | ((to - from) / 4 & 0x3ffffff));
}

// nop; bti c; the resolver (its call at 1010), the function that it calls at 1024.
std::vector<std::uint32_t> code() {
  return {nop, bti, save, load, call(address + 16, address + 36), result, nop, jump, nop, nop, leave};
}

template <class T>
void put(std::string& out, std::size_t at, const T& value) {
  if (out.size() < at + sizeof value) out.resize(at + sizeof value);
  out.replace(at, sizeof value, reinterpret_cast<const char*>(&value), sizeof value);
}

std::string linker(const std::vector<std::uint32_t>& instructions, bool with_symbols = false) {
  const std::string names = std::string("\0.text\0.note.gnu.build-id\0.symtab\0.shstrtab\0_rtld_global", 57);
  const std::string note = std::string("\4\0\0\0\4\0\0\0\3\0\0\0GNU\0\xab\xcd\xef\x01", 20);
  std::string elf(text_at, '\0');
  for (std::size_t i = 0; i < instructions.size(); ++i) put(elf, text_at + 4 * i, instructions[i]);
  const std::uint64_t size = 4 * instructions.size(), note_at = elf.size(), names_at = note_at + note.size();
  elf += note + names;
  elf.resize((elf.size() + 7) & ~std::size_t{7});
  Elf64_Ehdr header{};
  std::copy_n(ELFMAG, SELFMAG, header.e_ident);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_type = ET_DYN;
  header.e_machine = EM_AARCH64;
  header.e_shoff = elf.size();
  header.e_shentsize = sizeof(Elf64_Shdr);
  header.e_shnum = with_symbols ? 5 : 4;
  header.e_shstrndx = 3;
  put(elf, 0, header);
  const auto section = [&](std::uint32_t name, std::uint32_t type, std::uint64_t where, std::uint64_t at,
                           std::uint64_t length) {
    Elf64_Shdr made{};
    made.sh_name = name, made.sh_type = type, made.sh_addr = where, made.sh_offset = at,
    made.sh_size = length;
    made.sh_flags = where != 0 ? SHF_ALLOC : 0;
    put(elf, elf.size(), made);
  };
  section(0, SHT_NULL, 0, 0, 0);
  section(1, SHT_PROGBITS, address, text_at, size);
  section(7, SHT_NOTE, 0x100, note_at, note.size());
  section(34, SHT_STRTAB, 0, names_at, names.size());
  if (with_symbols) section(26, SHT_SYMTAB, 0, names_at, 0);
  return elf;
}

std::string file(const char* path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("the resolver is where the link map is loaded, a function called and its result jumped to") {
  CHECK(find_lazy_binding(linker(code())) == LazyBinding{address + 4, address + 36});
  auto without_landing = code();
  without_landing[1] = nop;
  CHECK(find_lazy_binding(linker(without_landing)) == LazyBinding{address + 8, address + 36});
}

TEST_CASE("what might be something else isn't taken for it") {
  for (const std::size_t i : {2U, 3U, 4U, 5U, 7U}) {
    auto other = code();
    other[i] = nop;
    CHECK_FALSE(find_lazy_binding(linker(other)));
  }
  auto twice = code();
  const auto again = code();
  twice.insert(twice.end(), again.begin(), again.end());
  twice[11 + 4] = call(address + 4 * 15, address + 36);
  CHECK_FALSE(find_lazy_binding(linker(twice)));
  auto elsewhere = code();
  elsewhere[4] = call(address + 16, address + 0x10000);
  CHECK_FALSE(find_lazy_binding(linker(elsewhere)));
  CHECK_FALSE(find_lazy_binding(linker(code(), true)));  // it has symbols of its own
  CHECK_FALSE(find_lazy_binding(""));
  CHECK_FALSE(find_lazy_binding("\177ELF"));
}

TEST_CASE("a linker that is cut off or broken gives nothing, or the same") {
  const std::string whole = linker(code());
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK_FALSE(find_lazy_binding(whole.substr(0, size)));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string broken = whole;
    broken[at] = static_cast<char>(~broken[at]);
    const auto found = find_lazy_binding(broken);
    CHECK(linker_symbols(broken).has_value() <= found.has_value());
  }
}

TEST_CASE("the debug file has the linker's build-id and both symbols, one instruction long") {
  const auto made = linker_symbols(linker(code()));
  REQUIRE(made);
  CHECK(build_id(*made) == "abcdef01");
  const auto elf = read_elf(*made);
  REQUIRE(elf.sections.size() == 6);  // none, what is loaded, and three of its own
  CHECK(elf.sections[1].name == ".text");
  CHECK(elf.sections[1].type == SHT_NOBITS);
  CHECK(elf.sections[1].address == address);
  const Section *table = elf.find(".symtab"), *strings = elf.find(".strtab");
  REQUIRE((table && strings && table->extent.size() == 3 * sizeof(Elf64_Sym)));
  const std::vector<std::pair<std::string, std::uint64_t>> expected = {{"_dl_runtime_resolve", address + 4},
                                                                       {"_dl_fixup", address + 36}};
  for (std::size_t i = 0; i < 2; ++i) {
    Elf64_Sym symbol;
    made->copy(reinterpret_cast<char*>(&symbol), sizeof symbol,
               table->extent.begin + (i + 1) * sizeof symbol);
    CHECK(std::string(made->c_str() + strings->extent.begin + symbol.st_name) == expected[i].first);
    CHECK(symbol.st_value == expected[i].second);
    CHECK(symbol.st_size == 4);
    CHECK(symbol.st_shndx == 1);
  }
  // Its translation is one for an x86-64 GDB.
  CHECK(translate(*made, "linker"));
  CHECK_FALSE(linker_symbols(*made));
}

TEST_CASE("the cross compiler's dynamic linker has them where its own symbols say, or has none left") {
  const std::string real = file("/usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1");
  REQUIRE_FALSE(real.empty());
  const bool stripped = read_elf(real).find(".symtab") == nullptr;
  CHECK(find_lazy_binding(real).has_value() == stripped);
}
