#include "memmap/rebuild.hpp"

#include <elf.h>

#include <algorithm>
#include <bit>
#include <map>
#include <optional>
#include <utility>

namespace rspbridge::memmap {
namespace {

constexpr std::uint64_t address_limit = std::uint64_t{1} << 56;  // above it are tags and the kernel

class Builder {
 public:
  explicit Builder(std::uint64_t page) : page_(page) {}

  void add_image(const ElfImage& image, std::string_view name) {
    for (const auto& header : image.headers)
      if (header.type == PT_LOAD) add_segment(image, header, name);
  }
  bool holds(std::uint64_t address) const {
    const auto after = vmas_.upper_bound(address);
    return after != vmas_.begin() && std::prev(after)->second.range.contains(VirtAddr{address});
  }
  VmaMap finish() && {
    std::vector<Vma> vmas;
    for (auto& [begin, vma] : vmas_) vmas.push_back(std::move(vma));
    return VmaMap::from(std::move(vmas), MapSource::rebuilt).value_or(VmaMap{});
  }

 private:
  std::uint64_t down(std::uint64_t address) const { return address & ~(page_ - 1); }
  std::uint64_t up(std::uint64_t address) const { return down(address + page_ - 1); }

  void add_segment(const ElfImage& image, const ProgramHeader& header, std::string_view name) {
    const auto start = header.vaddr + image.load_bias;
    if (start >= address_limit || header.memsz > address_limit || header.filesz > header.memsz) return;
    const auto begin = down(start), end = up(start + header.memsz);
    const auto file_end = header.filesz == 0 ? begin : up(start + header.filesz);
    const auto relro_end = image.relro && image.relro->begin.value >= begin && image.relro->begin.value < end
                               ? std::clamp(down(image.relro->end.value), begin, file_end)
                               : begin;
    Vma vma;
    vma.readable = header.flags & PF_R;
    vma.executable = header.flags & PF_X;
    vma.path = name;
    vma.offset = down(header.offset);
    add(vma, begin, relro_end);
    vma.writable = header.flags & PF_W;
    vma.offset += relro_end - begin;
    add(vma, relro_end, file_end);
    vma.path.clear();
    vma.offset = 0;
    add(std::move(vma), file_end, end);
  }
  void add(Vma vma, std::uint64_t begin, std::uint64_t end) {
    if (begin >= end) return;
    const auto after = vmas_.lower_bound(begin);
    if (after != vmas_.end() && after->first < end) return;
    if (after != vmas_.begin() && std::prev(after)->second.range.end.value > begin) return;
    vma.range = {VirtAddr{begin}, VirtAddr{end}};
    vmas_.emplace(begin, std::move(vma));
  }

  std::uint64_t page_;
  std::map<std::uint64_t, Vma> vmas_;
};

std::uint64_t page_size(const Auxv& auxv) {
  const auto size = auxv.find(AT_PAGESZ).value_or(4096);
  return std::has_single_bit(size) && size >= 4096 && size <= 65536 ? size : 4096;
}

// The program's own, from AT_PHDR; its ELF header needn't be mapped.
std::optional<ElfImage> program_image(const Auxv& auxv, const ByteReader& read) {
  const auto phdr = auxv.find(AT_PHDR), count = auxv.find(AT_PHNUM);
  if (!phdr || !count || *count > max_program_headers) return std::nullopt;
  const auto table = read(*phdr, *count * sizeof(Elf64_Phdr));
  auto headers = table ? parse_program_headers(*table, *count) : std::nullopt;
  if (!headers) return std::nullopt;
  ElfImage image;
  image.headers = *std::move(headers);
  // Without PT_PHDR it is linked statically and to fixed addresses, or its headers follow the ELF header.
  for (const auto& header : image.headers) {
    if (header.type == PT_PHDR) image.load_bias = *phdr - header.vaddr;
    if (header.type == PT_GNU_RELRO)
      image.relro = {VirtAddr{header.vaddr}, VirtAddr{header.vaddr + header.memsz}};
  }
  const auto holds_headers = [&](const ProgramHeader& header) {
    return header.type == PT_LOAD && *phdr - image.load_bias - header.vaddr < header.memsz;
  };
  if (std::none_of(image.headers.begin(), image.headers.end(), holds_headers))
    for (const auto& header : image.headers)
      if (header.type == PT_LOAD && header.offset == 0)
        image.load_bias = *phdr - sizeof(Elf64_Ehdr) - header.vaddr;
  if (image.relro) {
    image.relro->begin.value += image.load_bias;
    image.relro->end.value += image.load_bias;
    if (image.relro->end <= image.relro->begin) image.relro.reset();
  }
  return image;
}

}  // namespace

VmaMap rebuild_map(const Auxv& auxv, std::string_view program, std::span<const LoadedLibrary> libraries,
                   const ByteReader& read) {
  Builder builder(page_size(auxv));
  if (const auto image = program_image(auxv, read)) builder.add_image(*image, program);
  const auto add = [&](std::uint64_t address, std::string_view name) {
    if (address == 0 || builder.holds(address)) return;
    if (const auto image = read_elf_image(read, address, ElfLayout::memory)) builder.add_image(*image, name);
  };
  // Before the libraries, since some lists have it as one.
  add(auxv.find(AT_SYSINFO_EHDR).value_or(0), "[vdso]");
  // Libraries are linked to address 0, so their ELF header is at the bias.
  for (const auto& library : libraries) add(library.load_bias, library.name);
  add(auxv.find(AT_BASE).value_or(0), "");
  return std::move(builder).finish();
}

}  // namespace rspbridge::memmap
