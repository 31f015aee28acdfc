#include "memmap/elf_image.hpp"

#include <elf.h>

#include <algorithm>
#include <utility>

#include "memmap/elf_bytes.hpp"

namespace rspbridge::memmap {
namespace {

constexpr std::size_t max_dynamic_size = 4096, max_soname_size = 256;

// The bytes around one image: what was read first is kept, the rest is asked for.
class ImageBytes {
 public:
  ImageBytes(const ByteReader& read, std::uint64_t address, std::size_t first_read)
      : read_(read), address_(address) {
    auto first = read(address, first_read);
    if (!first && first_read > sizeof(Elf64_Ehdr)) first = read(address, sizeof(Elf64_Ehdr));
    if (first) first_ = *std::move(first);
  }
  // `offset` counts from the ELF header, modulo 2^64.
  std::optional<std::string> read(std::uint64_t offset, std::size_t length) const {
    if (offset <= first_.size() && length <= first_.size() - offset) return first_.substr(offset, length);
    auto bytes = read_(address_ + offset, length);
    if (bytes && bytes->size() != length) return std::nullopt;
    return bytes;
  }
  // What of the ELF header was read; too little of it if it can't be.
  std::string_view header() const { return first_; }

 private:
  const ByteReader& read_;
  std::uint64_t address_;
  std::string first_;
};

bool is_supported(const Elf64_Ehdr& header) {
  return std::string_view(reinterpret_cast<const char*>(header.e_ident), SELFMAG) == ELFMAG &&
         header.e_ident[EI_CLASS] == ELFCLASS64 && header.e_ident[EI_DATA] == ELFDATA2LSB &&
         header.e_phentsize == sizeof(Elf64_Phdr) && header.e_phnum <= max_program_headers;
}

// The link-time address of the ELF header: that of the segment that begins with the file.
std::uint64_t header_vaddr(const std::vector<ProgramHeader>& headers) {
  for (const auto& header : headers)
    if (header.type == PT_LOAD && header.offset == 0) return header.vaddr;
  return 0;
}

// Where the bytes of `vaddr` are, counted from the ELF header.
std::uint64_t place_of(const ElfImage& image, ElfLayout layout, std::uint64_t vaddr) {
  if (layout == ElfLayout::memory) return vaddr - header_vaddr(image.headers);
  for (const auto& header : image.headers)
    if (header.type == PT_LOAD && vaddr >= header.vaddr && vaddr - header.vaddr < header.filesz)
      return header.offset + (vaddr - header.vaddr);
  return vaddr;
}

std::uint64_t place_of(const ElfImage& image, ElfLayout layout, const ProgramHeader& header) {
  return layout == ElfLayout::file ? header.offset : place_of(image, layout, header.vaddr);
}

// The build-id among notes, which are padded to 4 bytes (and so to 8, where a section is aligned so).
std::string build_id_of(std::string_view notes) {
  while (auto note = struct_at<Elf64_Nhdr>(notes, 0)) {
    notes.remove_prefix(sizeof *note);
    const std::uint64_t name_size = (std::uint64_t{note->n_namesz} + 3) & ~std::uint64_t{3};
    const std::uint64_t size = (std::uint64_t{note->n_descsz} + 3) & ~std::uint64_t{3};
    if (name_size > notes.size() || note->n_descsz > notes.size() - name_size) return {};
    const bool found =
        note->n_type == NT_GNU_BUILD_ID && notes.substr(0, note->n_namesz) == std::string_view("GNU", 4);
    if (found && note->n_descsz <= max_build_id_size)
      return std::string(notes.substr(name_size, note->n_descsz));
    notes.remove_prefix(std::min<std::uint64_t>(name_size + size, notes.size()));
  }
  return {};
}

std::string find_build_id(const ElfImage& image, const ImageBytes& bytes, ElfLayout layout) {
  for (const auto& header : image.headers) {
    if (header.type != PT_NOTE || header.filesz > max_notes_size) continue;
    const auto notes = bytes.read(place_of(image, layout, header), header.filesz);
    if (!notes) continue;
    if (auto id = build_id_of(*notes); !id.empty()) return id;
  }
  return {};
}

struct DynamicStrings {
  std::optional<std::uint64_t> table, soname;
};

DynamicStrings dynamic_strings(std::string_view section) {
  DynamicStrings strings;
  for (std::uint64_t at = 0;; at += sizeof(Elf64_Dyn)) {
    const auto entry = struct_at<Elf64_Dyn>(section, at);
    if (!entry || entry->d_tag == DT_NULL) return strings;
    if (entry->d_tag == DT_STRTAB) strings.table = entry->d_un.d_ptr;
    if (entry->d_tag == DT_SONAME) strings.soname = entry->d_un.d_val;
  }
}

std::optional<std::string> find_soname(const ElfImage& image, const ImageBytes& bytes, ElfLayout layout) {
  const auto header = std::find_if(image.headers.begin(), image.headers.end(),
                                   [](const auto& each) { return each.type == PT_DYNAMIC; });
  if (header == image.headers.end()) return std::nullopt;
  const auto size = std::min<std::uint64_t>(header->filesz, max_dynamic_size);
  const auto section = bytes.read(place_of(image, layout, *header), size);
  if (!section) return std::nullopt;
  auto [table, soname] = dynamic_strings(*section);
  if (!table || !soname) return std::nullopt;
  // The dynamic linker adds the bias in place, except where the section is read-only.
  if (image.load_bias != 0 && *table >= image.load_bias) *table -= image.load_bias;
  const auto place = place_of(image, layout, *table) + *soname;
  // The string may end close before memory that can't be read.
  for (std::size_t length = max_soname_size; length >= 16; length /= 2) {
    const auto text = bytes.read(place, length);
    if (!text) continue;
    const auto end = text->find('\0');
    return end == std::string::npos ? std::nullopt : std::optional(text->substr(0, end));
  }
  return std::nullopt;
}

std::optional<AddressRange> find_relro(const ElfImage& image) {
  for (const auto& header : image.headers) {
    if (header.type != PT_GNU_RELRO || header.memsz == 0) continue;
    const auto begin = header.vaddr + image.load_bias, end = begin + header.memsz;
    if (begin < end) return AddressRange{VirtAddr{begin}, VirtAddr{end}};
  }
  return std::nullopt;
}

}  // namespace

ByteReader reader_of(std::string_view bytes) {
  return [bytes](std::uint64_t offset, std::size_t length) -> std::optional<std::string> {
    if (offset > bytes.size() || length > bytes.size() - offset) return std::nullopt;
    return std::string(bytes.substr(offset, length));
  };
}

std::optional<std::vector<ProgramHeader>> parse_program_headers(std::string_view bytes, std::size_t count) {
  if (count > max_program_headers) return std::nullopt;
  std::vector<ProgramHeader> headers;
  for (std::size_t i = 0; i < count; ++i) {
    const auto header = struct_at<Elf64_Phdr>(bytes, i * sizeof(Elf64_Phdr));
    if (!header) return std::nullopt;
    headers.push_back({header->p_type, header->p_flags, header->p_offset, header->p_vaddr, header->p_filesz,
                       header->p_memsz, header->p_align});
  }
  return headers;
}

std::optional<ElfImage> read_elf_image(const ByteReader& read, std::uint64_t address, ElfLayout layout,
                                       std::size_t first_read, bool with_soname) {
  const ImageBytes bytes(read, address, std::max(first_read, sizeof(Elf64_Ehdr)));
  const auto header = struct_at<Elf64_Ehdr>(bytes.header(), 0);
  if (!header || !is_supported(*header)) return std::nullopt;
  const auto table = bytes.read(header->e_phoff, std::size_t{header->e_phnum} * sizeof(Elf64_Phdr));
  auto headers = table ? parse_program_headers(*table, header->e_phnum) : std::nullopt;
  if (!headers) return std::nullopt;
  ElfImage image{.type = header->e_type, .machine = header->e_machine, .entry = header->e_entry};
  image.headers = *std::move(headers);
  if (layout == ElfLayout::memory) image.load_bias = address - header_vaddr(image.headers);
  image.build_id = find_build_id(image, bytes, layout);
  image.relro = find_relro(image);
  if (with_soname) image.soname = find_soname(image, bytes, layout);
  return image;
}

}  // namespace rspbridge::memmap
