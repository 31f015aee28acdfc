#include "proxy/symbols/vdso.hpp"

#include <elf.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "proxy/symbols/elf_file.hpp"
#include "proxy/symbols/frames.hpp"
#include "proxy/symbols/signal_frame.hpp"
#include "proxy/symbols/signed_rules.hpp"

namespace rspbridge::proxy::symbols {
namespace {

constexpr std::string_view vdso_name = "the vDSO";
constexpr std::uint64_t section_header = sizeof(Elf64_Shdr);

/// The one segment that is loaded.
struct Loaded {
  std::uint64_t header = 0;   ///< where its program header is
  std::uint64_t address = 0;  ///< of the file's first byte, before it is moved to where it is
  std::uint64_t end = 0;
};

Loaded find_loaded(std::string_view image) {
  Cursor in(image, {0, image.size()}, "the program headers");
  in.seek(offsetof(Elf64_Ehdr, e_phoff));
  const std::uint64_t table = in.uint(8);
  in.seek(offsetof(Elf64_Ehdr, e_phentsize));
  const std::uint64_t entry = in.uint(2), count = in.uint(2);
  if (entry != sizeof(Elf64_Phdr)) in.fail("they have an unknown size");
  in.seek(table);
  Loaded loaded;
  for (std::uint64_t i = 0; i < count; ++i) {
    Cursor header = in.take(entry);
    const std::uint64_t at = header.position();
    if (header.uint(4) != PT_LOAD) continue;
    header.skip(4);
    const std::uint64_t offset = header.uint(8), address = header.uint(8);
    header.skip(8);
    const std::uint64_t size = header.uint(8);
    if (loaded.end != 0 || offset != 0 || header.uint(8) != size)
      in.fail("more is loaded than one whole segment");
    loaded = {at, address, size};
  }
  if (loaded.end == 0) in.fail("nothing is loaded");
  return loaded;
}

std::uint64_t end_of_headers(std::string_view image) {
  Cursor in(image, {0, image.size()}, "the ELF header");
  in.seek(offsetof(Elf64_Ehdr, e_shoff));
  const std::uint64_t table = in.uint(8);
  in.seek(offsetof(Elf64_Ehdr, e_shnum));
  const std::uint64_t size = in.uint(2) * section_header;
  if (table == 0 || size == 0) in.fail("there are no sections");
  if (table > ~std::uint64_t{0} - size) in.fail("the section headers have no end");
  return table + size;
}

bool is_needed(const Section& section) {
  return section.name == ".text" || section.name == ".eh_frame" || section.type == SHT_DYNSYM ||
         section.type == SHT_STRTAB;
}

/// What stands behind the loaded segment: the sections' names, .debug_frame and the section headers.
class Tail {
 public:
  Tail(ElfFile& elf, const Loaded& loaded, std::string frames)
      : elf_(elf), loaded_(loaded), frames_(std::move(frames)) {}
  /// False if there is no room: then the file is of no use. `sparing` leaves out sections at the end that
  /// symbols and frames don't need.
  bool write(bool sparing);

 private:
  void keep_sections(bool sparing);
  void add_section(std::string_view name, std::uint32_t type, std::string_view contents);
  std::uint64_t put(std::string_view contents);
  std::uint64_t name_of(std::string_view section);

  ElfFile& elf_;
  const Loaded& loaded_;
  std::string frames_, names_ = std::string(1, '\0'), headers_;
  std::uint64_t at_ = 0;
};

std::uint64_t Tail::put(std::string_view contents) {
  at_ = (at_ + 7) & ~std::uint64_t{7};
  const std::uint64_t begin = at_;
  at_ += contents.size();
  if (at_ <= elf_.bytes.size()) elf_.bytes.replace(begin, contents.size(), contents);
  return begin;
}

std::uint64_t Tail::name_of(std::string_view section) {
  const std::uint64_t at = names_.size();
  names_.append(section) += '\0';
  return at;
}

// Symbols name sections by their numbers, so those that are kept keep theirs. The others, which aren't
// loaded (.comment, names), come last.
void Tail::keep_sections(bool sparing) {
  const auto is_kept = [&](const Section& section) {
    return (section.flags & SHF_ALLOC) != 0 && section.extent.end <= loaded_.end;
  };
  std::size_t count = elf_.sections.size();
  while (count > 1 &&
         (!is_kept(elf_.sections[count - 1]) || (sparing && !is_needed(elf_.sections[count - 1]))))
    --count;
  for (std::size_t i = 0; i < count; ++i) {
    const Section& section = elf_.sections[i];
    std::string header = elf_.bytes.substr(section.header, section_header);
    if (is_kept(section))
      put_uint(header, offsetof(Elf64_Shdr, sh_name), 4, name_of(section.name));
    else
      header.assign(section_header, '\0');
    headers_ += header;
  }
}

void Tail::add_section(std::string_view name, std::uint32_t type, std::string_view contents) {
  std::string header(section_header, '\0');
  put_uint(header, offsetof(Elf64_Shdr, sh_name), 4, name_of(name));
  put_uint(header, offsetof(Elf64_Shdr, sh_type), 4, type);
  // The names' own are among them.
  const std::string_view whole = type == SHT_STRTAB ? std::string_view(names_) : contents;
  put_uint(header, offsetof(Elf64_Shdr, sh_offset), 8, put(whole));
  put_uint(header, offsetof(Elf64_Shdr, sh_size), 8, whole.size());
  put_uint(header, offsetof(Elf64_Shdr, sh_addralign), 8, 1);
  headers_ += header;
}

bool Tail::write(bool sparing) {
  keep_sections(sparing);
  std::fill(elf_.bytes.begin() + static_cast<std::ptrdiff_t>(loaded_.end), elf_.bytes.end(), '\0');
  at_ = loaded_.end;
  add_section(".debug_frame", SHT_PROGBITS, frames_);
  add_section(".shstrtab", SHT_STRTAB, {});
  const std::uint64_t count = headers_.size() / section_header;
  put_uint(elf_.bytes, offsetof(Elf64_Ehdr, e_shoff), 8, put(headers_));
  if (at_ > elf_.bytes.size()) return false;
  put_uint(elf_.bytes, offsetof(Elf64_Ehdr, e_shnum), 2, count);
  put_uint(elf_.bytes, offsetof(Elf64_Ehdr, e_shstrndx), 2, count - 1);
  // BFD reads as much as is loaded, whether it knows how large the mapping is or not.
  put_uint(elf_.bytes, loaded_.header + offsetof(Elf64_Phdr, p_filesz), 8, at_);
  put_uint(elf_.bytes, loaded_.header + offsetof(Elf64_Phdr, p_memsz), 8, at_);
  return true;
}

void require_same_code(const ElfFile& elf, std::string_view image) {
  for (const Section& section : elf.sections)
    if ((section.flags & SHF_EXECINSTR) != 0 &&
        elf.bytes.compare(section.extent.begin, section.extent.size(),
                          image.substr(section.extent.begin, section.extent.size())) != 0)
      throw Malformed(section.name + " shares bytes with what isn't code");
}

std::string translate_parts(std::string_view image) {
  const Loaded loaded = find_loaded(image);
  if (loaded.end > image.size()) throw Malformed("it is larger than its pages");
  if (loaded.end < loaded.header + sizeof(Elf64_Phdr)) throw Malformed("its headers aren't loaded");
  std::vector<std::uint64_t> addresses = find_sigreturns(image.substr(0, loaded.end));
  if (addresses.empty()) throw Unsupported("it has no code for the return from a signal handler");
  for (std::uint64_t& address : addresses) address += loaded.address;
  ElfFile elf = read_elf(image);
  if (elf.sections.empty()) throw Unsupported("it has no sections");
  Counts counts;
  adopt_machine(elf, counts);
  translate_frames(elf, counts);
  const std::string frames = describe_signal_frames(addresses);
  ElfFile spare = elf;
  if (!Tail(elf, loaded, frames).write(false)) {
    elf = std::move(spare);
    if (!Tail(elf, loaded, frames).write(true))
      throw Unsupported("its pages have no room for the description of signal frames");
  }
  require_same_code(elf, image);
  return std::move(elf.bytes);
}

/// What `work` gives, or why it can't be.
template <class Work>
auto attempt(std::string_view image, Work work) -> tl::expected<decltype(work()), std::string> {
  if (const auto refusal = refuse(image, vdso_name)) return tl::unexpected(refusal->message);
  try {
    return work();
  } catch (const Malformed& error) {
    return tl::unexpected(std::string(vdso_name) + ": " + error.what());
  }
}

}  // namespace

tl::expected<std::uint64_t, std::string> vdso_size(std::string_view start) {
  return attempt(start, [&] { return std::max(find_loaded(start).end, end_of_headers(start)); });
}

tl::expected<std::string, std::string> translate_vdso(std::string_view image) {
  return attempt(image, [&] { return translate_parts(image); });
}

}  // namespace rspbridge::proxy::symbols
