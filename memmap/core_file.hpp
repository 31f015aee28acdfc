// ELF core files (core(5), elf(5)), made as a stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "memmap/address.hpp"
#include "memmap/range_set.hpp"
#include "memmap/vma.hpp"

namespace rspbridge::memmap {

/// One note. `owner` is "CORE" or "LINUX", `type` an NT_ constant of <elf.h>.
struct CoreNote {
  std::string owner;
  std::uint32_t type = 0;
  std::string descriptor;
};

/// Memory with the same rights: a PT_LOAD.
struct CoreSegment {
  AddressRange range;  ///< whole pages
  bool readable = false, writable = false, executable = false;
  bool dumped = false;  ///< its bytes are in the file; else p_filesz is 0
};

/// Everything of a core file but the bytes of memory.
struct CoreContents {
  std::uint16_t machine = 0;  ///< e_machine: EM_AARCH64, …
  std::uint64_t page_size = 4096;
  std::vector<CoreNote> notes;
  std::vector<CoreSegment> segments;  ///< by address
};

/// The layout of one core file: the ELF header and the notes, the memory of all dumped segments one behind
/// the other, then the program headers. These come last because only then it is known which pages could be
/// read: the others take room in the file, but no program header leads there, so nobody takes what is in
/// their place for memory. The table has some entries more than it needs at first (PT_NULL), since each hole
/// splits a segment. So the length of the file is known before any memory is read. More than 65,534 entries
/// are counted as the kernel does (PN_XNUM).
class CoreFile {
 public:
  explicit CoreFile(const CoreContents& contents);

  /// Of the whole file, in bytes.
  std::uint64_t length() const noexcept { return table_offset_ + table_size_; }
  /// What comes before the memory.
  const std::string& head() const noexcept { return head_; }
  /// The memory in the file, in its order.
  const std::vector<AddressRange>& memory() const noexcept { return memory_; }
  /// What comes behind the memory. `holes` are the pages of memory() that can't be read. Nothing if they
  /// split the segments into more parts than there are entries.
  std::optional<std::string> table(const RangeSet& holes) const;

 private:
  std::vector<CoreSegment> segments_;
  std::vector<AddressRange> memory_;
  std::uint64_t page_size_;
  std::string head_;
  std::uint64_t notes_size_ = 0, table_offset_ = 0, table_size_ = 0;
  std::size_t entries_ = 0;  ///< program headers
};

/// A segment a VMA. Dumped is what the kernel dumps with a coredump_filter of 0x37: private memory, with that
/// of files, and anonymous shared memory; but neither what MADV_DONTDUMP excludes, nor shared mappings of
/// files, nor devices and what can't be read.
std::vector<CoreSegment> core_segments(const VmaMap& map);

}  // namespace rspbridge::memmap
