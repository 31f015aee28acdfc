#include "memmap/elf_image.hpp"

#include <elf.h>
#include <link.h>
#include <sys/auxv.h>

#include <algorithm>
#include <cstring>

#include "memmap/modules.hpp"
#include "memmap/rebuild.hpp"
#include "memmap/smaps.hpp"
#include "tests/memmap/support.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::memmap;

namespace {

// An ARM64 shared library of one page: headers, a build-id after another note, RELRO, and a dynamic section.
std::string sample_image(std::uint64_t vaddr = 0x10000) {
  std::string bytes(0x1000, '\0');
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_type = ET_DYN;
  header.e_machine = EM_AARCH64;
  header.e_entry = vaddr + 0x400;
  header.e_phoff = sizeof header;
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = 4;
  std::memcpy(bytes.data(), &header, sizeof header);
  const Elf64_Phdr headers[4] = {{PT_LOAD, PF_R | PF_X, 0, vaddr, vaddr, 0x1000, 0x1000, 0x1000},
                                 {PT_NOTE, PF_R, 0x200, vaddr + 0x200, 0, 0x40, 0x40, 4},
                                 {PT_DYNAMIC, PF_R, 0x300, vaddr + 0x300, 0, 0x30, 0x30, 8},
                                 {PT_GNU_RELRO, PF_R, 0x800, vaddr + 0x800, 0, 0x800, 0x800, 1}};
  std::memcpy(bytes.data() + sizeof header, headers, sizeof headers);
  const std::uint32_t other[3] = {6, 5, 1}, note[3] = {4, 20, NT_GNU_BUILD_ID};
  std::memcpy(bytes.data() + 0x200, other, 12);
  std::memcpy(bytes.data() + 0x20c, "Linux\0\0\0notes", 13);  // both padded to 4 bytes
  std::memcpy(bytes.data() + 0x21c, note, 12);
  std::memcpy(bytes.data() + 0x228, "GNU\0abcdefghijklmnopqrst", 24);
  const Elf64_Dyn dynamic[3] = {{DT_SONAME, {1}}, {DT_STRTAB, {vaddr + 0x500}}, {DT_NULL, {0}}};
  std::memcpy(bytes.data() + 0x300, dynamic, sizeof dynamic);
  std::memcpy(bytes.data() + 0x501, "libsample.so.1", 15);
  return bytes;
}

ByteReader at(std::uint64_t base, const std::string& bytes, int* reads = nullptr) {
  return [=, inner = reader_of(bytes)](std::uint64_t address, std::size_t length) {
    if (reads != nullptr) ++*reads;
    return inner(address - base, length);
  };
}

ByteReader own_memory() {
  return [](std::uint64_t address, std::size_t length) -> std::optional<std::string> {
    std::ifstream memory("/proc/self/mem", std::ios::binary);
    std::string bytes(length, '\0');
    if (!memory.seekg(static_cast<std::streamoff>(address)) ||
        !memory.read(bytes.data(), static_cast<std::streamsize>(length)))
      return std::nullopt;
    return bytes;
  };
}

}  // namespace

TEST_CASE("ELF: an image in memory and in a file") {
  const auto bytes = sample_image();
  int reads = 0;
  const auto image =
      read_elf_image(at(0xffff80000000, bytes, &reads), 0xffff80000000, ElfLayout::memory, 4096, true);
  REQUIRE(image);
  CHECK(reads == 1);
  CHECK(image->machine == EM_AARCH64);
  CHECK(image->type == ET_DYN);
  CHECK(image->load_bias == 0xffff80000000 - 0x10000);
  CHECK(image->build_id == "abcdefghijklmnopqrst");
  REQUIRE(image->relro);
  CHECK(image->relro->begin.value == 0xffff80000800);
  CHECK(image->relro->size() == 0x800);
  CHECK(image->soname == "libsample.so.1");
  const auto file = read_elf_image(reader_of(bytes), 0, ElfLayout::file, 64, true);
  REQUIRE(file);
  CHECK(file->load_bias == 0);
  CHECK(file->build_id == image->build_id);
  CHECK(file->soname == "libsample.so.1");
  CHECK(file->relro->begin.value == 0x10800);
}

TEST_CASE("ELF: what is no image, or too much of one") {
  struct Row {
    const char* what;
    std::size_t offset;
    unsigned char value;
  };
  for (const auto& [what, offset, value] :
       {Row{"magic", 0, 0}, Row{"32 bits", EI_CLASS, ELFCLASS32}, Row{"big-endian", EI_DATA, ELFDATA2MSB},
        Row{"size of a header", offsetof(Elf64_Ehdr, e_phentsize), 55},
        Row{"number of headers", offsetof(Elf64_Ehdr, e_phnum), 129},
        Row{"offset of headers", offsetof(Elf64_Ehdr, e_phoff) + 7, 0xff}}) {
    INFO(what);
    auto bytes = sample_image();
    bytes[offset] = static_cast<char>(value);
    CHECK_FALSE(read_elf_image(reader_of(bytes), 0, ElfLayout::file));
  }
  CHECK_FALSE(read_elf_image(reader_of(""), 0, ElfLayout::file));
  auto bytes = sample_image();
  bytes[0x220] = '\xff';  // the note's size
  const auto image = read_elf_image(reader_of(bytes), 0, ElfLayout::file);
  REQUIRE(image);
  CHECK(image->build_id.empty());
}

TEST_CASE("ELF: random bytes never harm", "[fuzz]") {
  test::mutate(sample_image().substr(0, 0x540), 5000, [](const std::string& bytes) {
    for (const auto layout : {ElfLayout::file, ElfLayout::memory})
      if (const auto image = read_elf_image(reader_of(bytes), 0, layout, 64, true)) {
        CHECK(image->headers.size() <= max_program_headers);
        CHECK(image->build_id.size() <= max_build_id_size);
      }
  });
}

TEST_CASE("modules: one a mapping of a file, from a page each") {
  const auto bytes = sample_image();
  const auto map = VmaMap::parse_maps(
      "10000-11000 r-xp 00000000 b3:02 42 /lib/sample.so\n"
      "11000-12000 rw-p 00001000 b3:02 42 /lib/sample.so\n"
      "20000-21000 r--p 00000000 b3:02 43 /usr/share/data\n"
      "30000-31000 r-xp 00000000 b3:02 44 /lib/unreadable.so\n"
      "40000-41000 r-xp 00000000 b3:02 42 /lib/sample.so\n"
      "50000-51000 r-xp 00000000 00:00 0 [vdso]\n"
      "60000-61000 r-xp 00000000 00:00 0 \n");
  REQUIRE(map);
  int reads = 0;
  const auto read = [&](std::uint64_t address, std::size_t length) -> std::optional<std::string> {
    ++reads;
    const auto base = address & ~std::uint64_t{0xfff};
    if (base == 0x30000) return std::nullopt;
    return reader_of(bytes)(address - base, length);
  };
  const auto found = modules(*map, read);
  REQUIRE(found.size() == 3);
  CHECK(reads <= 5);
  CHECK(found[0].path == "/lib/sample.so");
  CHECK(found[0].vmas == std::vector<std::size_t>{0, 1});
  CHECK(found[0].range == AddressRange{VirtAddr{0x10000}, VirtAddr{0x12000}});
  CHECK(found[0].image.load_bias == 0);
  CHECK(found[1].image.load_bias == 0x30000);
  CHECK(found[2].path == "[vdso]");
}

TEST_CASE("modules of this process are those of its dynamic linker") {
  const auto map = parse_smaps(test::file_text("/proc/self/smaps"));
  REQUIRE(map);
  const auto found = modules(*map, own_memory());
  int compared = 0;
  for (const auto* each = _r_debug.r_map; each != nullptr; each = each->l_next) {
    const auto* vma = map->find(VirtAddr{reinterpret_cast<std::uint64_t>(each->l_ld)});
    if (vma == nullptr || vma->path.starts_with('[')) continue;
    const auto module =
        std::find_if(found.begin(), found.end(), [&](const auto& m) { return m.path == vma->path; });
    INFO(vma->path);
    REQUIRE(module != found.end());
    CHECK(module->image.load_bias == each->l_addr);
    ++compared;
  }
  CHECK(compared >= 3);
}

TEST_CASE("a map rebuilt from the auxiliary vector agrees with maps") {
  const auto real = VmaMap::parse_maps(test::file_text("/proc/self/maps"));
  const auto auxv = Auxv::parse(test::file_text("/proc/self/auxv"));
  REQUIRE(real);
  REQUIRE(auxv);
  CHECK(auxv->find(AT_PHDR) == getauxval(AT_PHDR));
  std::vector<LoadedLibrary> libraries;
  for (const auto* each = _r_debug.r_map->l_next; each != nullptr; each = each->l_next)
    libraries.push_back({each->l_name, each->l_addr});
  const auto map = rebuild_map(*auxv, "/the/program", libraries, own_memory());
  CHECK(map.source() == MapSource::rebuilt);
  CHECK(map.vmas().size() > 12);
  for (const auto& vma : map.vmas()) {
    INFO(vma.path << " " << std::hex << vma.range.begin.value << "-" << vma.range.end.value);
    for (auto address = vma.range.begin.value; address < vma.range.end.value; address += 4096) {
      const auto* there = real->find(VirtAddr{address});
      REQUIRE(there != nullptr);
      CHECK(there->readable == vma.readable);
      CHECK(there->writable == vma.writable);
      CHECK(there->executable == vma.executable);
    }
  }
  CHECK(map.find(VirtAddr{getauxval(AT_ENTRY)})->path == "/the/program");
  CHECK(map.find(VirtAddr{getauxval(AT_SYSINFO_EHDR)})->path == "[vdso]");
}

TEST_CASE("rebuild: hostile values make a smaller map") {
  CHECK_FALSE(Auxv::parse("12345678"));
  CHECK_FALSE(Auxv::parse(std::string(16 * 300, '\1')));
  const std::uint64_t values[] = {AT_PHDR, 64, AT_PHNUM, 4, AT_BASE, 0x1000, AT_PAGESZ, 3, AT_NULL, 0, 1, 1};
  const auto auxv = Auxv::parse({reinterpret_cast<const char*>(values), sizeof values});
  REQUIRE(auxv);
  CHECK_FALSE(auxv->find(1));
  test::mutate(sample_image().substr(0, 0x200), 3000, [&](const std::string& bytes) {
    const std::vector<LoadedLibrary> libraries{{"a", 0x10000}, {"b", 0x10000}, {"c", ~std::uint64_t{0}}};
    const auto read = [&](std::uint64_t address, std::size_t length) {
      return reader_of(bytes)(address & 0xfff, length);
    };
    const auto map = rebuild_map(*auxv, "p", libraries, read);
    for (const auto& vma : map.vmas()) CHECK(vma.range.begin < vma.range.end);
  });
}
