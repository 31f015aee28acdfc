#include "memmap/vm_flags.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace rspbridge::memmap {
namespace {

struct Code {
  VmFlag flag;
  char name[3];
};

constexpr std::array codes_table{
    Code{VmFlag::read, "rd"},
    Code{VmFlag::write, "wr"},
    Code{VmFlag::exec, "ex"},
    Code{VmFlag::shared, "sh"},
    Code{VmFlag::may_read, "mr"},
    Code{VmFlag::may_write, "mw"},
    Code{VmFlag::may_exec, "me"},
    Code{VmFlag::may_share, "ms"},
    Code{VmFlag::grows_down, "gd"},
    Code{VmFlag::pfn_map, "pf"},
    Code{VmFlag::locked, "lo"},
    Code{VmFlag::io, "io"},
    Code{VmFlag::sequential_read, "sr"},
    Code{VmFlag::random_read, "rr"},
    Code{VmFlag::dont_copy, "dc"},
    Code{VmFlag::dont_expand, "de"},
    Code{VmFlag::lock_on_fault, "lf"},
    Code{VmFlag::account, "ac"},
    Code{VmFlag::no_reserve, "nr"},
    Code{VmFlag::huge_tlb, "ht"},
    Code{VmFlag::synchronous, "sf"},
    Code{VmFlag::arch_specific, "ar"},
    Code{VmFlag::wipe_on_fork, "wf"},
    Code{VmFlag::dont_dump, "dd"},
    Code{VmFlag::soft_dirty, "sd"},
    Code{VmFlag::mixed_map, "mm"},
    Code{VmFlag::huge_page, "hg"},
    Code{VmFlag::no_huge_page, "nh"},
    Code{VmFlag::mergeable, "mg"},
    Code{VmFlag::bti, "bt"},
    Code{VmFlag::mte, "mt"},
    Code{VmFlag::uffd_missing, "um"},
    Code{VmFlag::uffd_write_protect, "uw"},
    Code{VmFlag::uffd_minor, "ui"},
    Code{VmFlag::shadow_stack, "ss"},
    Code{VmFlag::sealed, "sl"},
    Code{VmFlag::droppable, "dp"},
};

constexpr std::uint8_t unknown = 0xff;

// From two small letters to the flag.
using Index = std::array<std::array<std::uint8_t, 26>, 26>;

constexpr Index make_index() {
  Index index{};
  for (auto& row : index) row.fill(unknown);
  for (const auto& row : codes_table) {
    const auto first = static_cast<std::size_t>(row.name[0] - 'a'),
               second = static_cast<std::size_t>(row.name[1] - 'a');
    index[first][second] = static_cast<std::uint8_t>(row.flag);
  }
  return index;
}

constexpr Index flag_index = make_index();

constexpr bool is_small(char c) {
  return c >= 'a' && c <= 'z';
}

constexpr bool ordered() {
  for (std::size_t i = 0; i < codes_table.size(); ++i)
    if (static_cast<std::size_t>(codes_table[i].flag) != i) return false;
  return true;
}
static_assert(ordered() && codes_table.size() <= 64, "a row for each VmFlag, in its order");

}  // namespace

VmFlags VmFlags::parse(std::string_view codes) noexcept {
  VmFlags flags;
  while (!codes.empty()) {
    const auto end = std::min(codes.find(' '), codes.size());
    if (end == 2 && is_small(codes[0]) && is_small(codes[1])) {
      const auto flag =
          flag_index[static_cast<std::size_t>(codes[0] - 'a')][static_cast<std::size_t>(codes[1] - 'a')];
      if (flag != unknown) flags.set(static_cast<VmFlag>(flag));
    }
    codes.remove_prefix(std::min(end + 1, codes.size()));
  }
  return flags;
}

std::string VmFlags::text() const {
  std::string text;
  for (const auto& row : codes_table) {
    if (!has(row.flag)) continue;
    if (!text.empty()) text += ' ';
    text += row.name;
  }
  return text;
}

}  // namespace rspbridge::memmap
