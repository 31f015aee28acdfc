#include "memmap/core_file.hpp"

#include <elf.h>

#include <cstring>
#include <string_view>

namespace rspbridge::memmap {
namespace {

// Holes that there is always room for, besides one at an end of each segment.
constexpr std::size_t spare_entries = 64;

template <class Struct>
std::string bytes_of(const Struct& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::string padded(std::string bytes, std::uint64_t to) {
  bytes.resize((bytes.size() + to - 1) / to * to);
  return bytes;
}

std::string format_note(const CoreNote& note) {
  Elf64_Nhdr header{};
  header.n_namesz = static_cast<Elf64_Word>(note.owner.size() + 1);
  header.n_descsz = static_cast<Elf64_Word>(note.descriptor.size());
  header.n_type = note.type;
  std::string name = note.owner;
  name += '\0';
  return bytes_of(header) + padded(std::move(name), 4) + padded(note.descriptor, 4);
}

Elf64_Ehdr elf_header(std::uint16_t machine, std::uint64_t table_offset, std::size_t entries) {
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_CORE;
  header.e_machine = machine;
  header.e_version = EV_CURRENT;
  header.e_phoff = table_offset;
  header.e_ehsize = sizeof(Elf64_Ehdr);
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = static_cast<Elf64_Half>(entries);
  if (entries >= PN_XNUM) {
    header.e_phnum = PN_XNUM;
    header.e_shoff = table_offset + entries * sizeof(Elf64_Phdr);
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shnum = 1;
  }
  return header;
}

// The section header that holds the number of program headers (Linux fs/binfmt_elf.c, fill_extnum_info).
Elf64_Shdr counting_section(std::size_t entries) {
  Elf64_Shdr section{};
  section.sh_type = SHT_NULL;
  section.sh_size = 1;
  section.sh_info = static_cast<Elf64_Word>(entries);
  return section;
}

Elf64_Word rights(const CoreSegment& segment) {
  return (segment.readable ? PF_R : 0u) | (segment.writable ? PF_W : 0u) | (segment.executable ? PF_X : 0u);
}

// The program headers of segments, with the places in the file counted on.
class Table {
 public:
  Table(std::uint64_t offset, std::uint64_t page_size) : offset_(offset), page_size_(page_size) {}

  void add(const CoreSegment& segment, AddressRange range, bool there) {
    Elf64_Phdr header{};
    header.p_type = PT_LOAD;
    header.p_flags = rights(segment);
    header.p_offset = offset_;
    header.p_vaddr = range.begin.value;
    header.p_memsz = range.size();
    header.p_filesz = there ? range.size() : 0;
    header.p_align = page_size_;
    if (segment.dumped) offset_ += range.size();
    bytes_ += bytes_of(header);
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::uint64_t offset_, page_size_;
  std::string bytes_;
};

bool is_anonymous_shared(const Vma& vma) {
  return vma.shared && (vma.path.empty() || vma.path.ends_with(" (deleted)"));
}

}  // namespace

CoreFile::CoreFile(const CoreContents& contents)
    : segments_(contents.segments), page_size_(contents.page_size) {
  std::uint64_t dumped = 0;
  for (const CoreSegment& segment : segments_) {
    if (!segment.dumped) continue;
    memory_.push_back(segment.range);
    dumped += segment.range.size();
  }
  entries_ = 1 + segments_.size() + memory_.size() + spare_entries;
  table_size_ = entries_ * sizeof(Elf64_Phdr) + (entries_ >= PN_XNUM ? sizeof(Elf64_Shdr) : 0);
  std::string notes;
  for (const CoreNote& note : contents.notes) notes += format_note(note);
  notes_size_ = notes.size();
  const std::uint64_t plain = sizeof(Elf64_Ehdr) + notes_size_;
  table_offset_ = (plain + page_size_ - 1) / page_size_ * page_size_ + dumped;
  head_ = padded(bytes_of(elf_header(contents.machine, table_offset_, entries_)) + notes, page_size_);
}

std::optional<std::string> CoreFile::table(const RangeSet& holes) const {
  Elf64_Phdr notes{};
  notes.p_type = PT_NOTE;
  notes.p_offset = sizeof(Elf64_Ehdr);
  notes.p_filesz = notes_size_;
  notes.p_align = 4;
  Table loads(head_.size(), page_size_);
  for (const CoreSegment& segment : segments_) {
    auto at = segment.range.begin;
    for (const AddressRange& hole :
         segment.dumped ? holes.within(segment.range) : std::vector<AddressRange>()) {
      if (at < hole.begin) loads.add(segment, {at, hole.begin}, true);
      loads.add(segment, hole, false);
      at = hole.end;
    }
    if (at < segment.range.end) loads.add(segment, {at, segment.range.end}, segment.dumped);
  }
  std::string table = bytes_of(notes) + loads.take();
  const std::size_t room = entries_ * sizeof(Elf64_Phdr);
  if (table.size() > room) return std::nullopt;
  table.resize(room);  // PT_NULL is 0
  if (entries_ >= PN_XNUM) table += bytes_of(counting_section(entries_));
  return table;
}

std::vector<CoreSegment> core_segments(const VmaMap& map) {
  std::vector<CoreSegment> segments;
  for (const Vma& vma : map.vmas()) {
    const bool excluded = vma.details && vma.details->flags.has(VmFlag::dont_dump);
    const bool dumped =
        vma.readable && !vma.is_device() && !excluded && (!vma.shared || is_anonymous_shared(vma));
    segments.push_back({vma.range, vma.readable, vma.writable, vma.executable, dumped});
  }
  return segments;
}

}  // namespace rspbridge::memmap
