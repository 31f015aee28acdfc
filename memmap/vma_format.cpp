#include <cinttypes>
#include <cstdio>

#include "memmap/vma.hpp"

namespace rspbridge::memmap {
namespace {

constexpr std::size_t path_column =
    73;  // where the kernel writes it (fs/proc/task_mmu.c, show_vma_header_prefix)

}  // namespace

std::string format_maps(const VmaMap& map) {
  std::string text;
  for (const Vma& vma : map.vmas()) {
    char line[128];
    const int length = std::snprintf(
        line, sizeof line, "%08" PRIx64 "-%08" PRIx64 " %c%c%c%c %08" PRIx64 " %02x:%02x %" PRIu64 " ",
        vma.range.begin.value, vma.range.end.value, vma.readable ? 'r' : '-', vma.writable ? 'w' : '-',
        vma.executable ? 'x' : '-', vma.shared ? 's' : 'p', vma.offset, vma.device_major, vma.device_minor,
        vma.inode);
    const std::size_t begin = text.size();
    text.append(line, static_cast<std::size_t>(length));
    if (!vma.path.empty() && text.size() < begin + path_column) text.resize(begin + path_column, ' ');
    text += vma.path + "\n";
  }
  return text;
}

}  // namespace rspbridge::memmap
