#include "memmap/delve.hpp"

#include <algorithm>
#include <array>

namespace rspbridge::memmap {
namespace {

constexpr std::array left_out{VmFlag::pfn_map, VmFlag::dont_dump, VmFlag::io};

bool is_left_out(const Vma& vma) {
  return vma.details && std::any_of(left_out.begin(), left_out.end(),
                                    [&](VmFlag flag) { return vma.details->flags.has(flag); });
}

}  // namespace

std::vector<DelveEntry> delve_entries(const VmaMap& map) {
  std::vector<DelveEntry> entries;
  for (const auto& vma : map.vmas()) {
    if (is_left_out(vma)) continue;
    const bool on_device = vma.device_major != 0;
    entries.push_back({.addr = vma.range.begin.value,
                       .size = vma.range.size(),
                       .read = vma.readable,
                       .write = vma.writable,
                       .exec = vma.executable,
                       .filename = on_device ? vma.path : std::string{},
                       .offset = on_device ? vma.offset : 0});
  }
  return entries;
}

}  // namespace rspbridge::memmap
