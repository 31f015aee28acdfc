// The VmFlags of /proc/PID/smaps (proc(5); Linux fs/proc/task_mmu.c).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rspbridge::memmap {

/// One flag of a VMA, named after the kernel's VM_ constant.
enum class VmFlag : std::uint8_t {
  read,
  write,
  exec,
  shared,
  may_read,
  may_write,
  may_exec,
  may_share,
  grows_down,
  pfn_map,
  locked,
  io,
  sequential_read,
  random_read,
  dont_copy,
  dont_expand,
  lock_on_fault,
  account,
  no_reserve,
  huge_tlb,
  synchronous,
  arch_specific,
  wipe_on_fork,
  dont_dump,
  soft_dirty,
  mixed_map,
  huge_page,
  no_huge_page,
  mergeable,
  bti,
  mte,
  uffd_missing,
  uffd_write_protect,
  uffd_minor,
  shadow_stack,
  sealed,
  droppable,
};

/// A set of VmFlag. A value.
class VmFlags {
 public:
  /// The two-letter codes of a VmFlags line, between blanks. Codes that aren't known are left out, since
  /// each kernel adds some.
  static VmFlags parse(std::string_view codes) noexcept;

  bool has(VmFlag flag) const noexcept { return (bits_ >> static_cast<unsigned>(flag)) & 1; }
  void set(VmFlag flag) noexcept { bits_ |= std::uint64_t{1} << static_cast<unsigned>(flag); }
  /// The codes with a blank between them, in the order of VmFlag.
  std::string text() const;
  bool operator==(const VmFlags&) const = default;

 private:
  std::uint64_t bits_ = 0;
};

}  // namespace rspbridge::memmap
