#include "memmap/vma.hpp"

#include <algorithm>
#include <utility>

#include "memmap/line_reader.hpp"

namespace rspbridge::memmap {
std::optional<Vma> parse_vma_line(std::string_view line) {
  LineReader in(line);
  Vma vma;
  vma.range.begin.value = in.number<std::uint64_t>(16);
  in.expect('-');
  vma.range.end.value = in.number<std::uint64_t>(16);
  in.expect(' ');
  vma.readable = in.flag('r');
  vma.writable = in.flag('w');
  vma.executable = in.flag('x');
  vma.shared = in.flag('s', 'p');
  in.expect(' ');
  vma.offset = in.number<std::uint64_t>(16);
  in.expect(' ');
  vma.device_major = in.number<std::uint32_t>(16);
  in.expect(':');
  vma.device_minor = in.number<std::uint32_t>(16);
  in.expect(' ');
  vma.inode = in.number<std::uint64_t>(10);
  if (!in.ok() || vma.range.end <= vma.range.begin) return std::nullopt;
  vma.path = in.rest_after_blanks();
  return vma;
}

bool Vma::is_plain_memory() const noexcept {
  if (!readable || shared) return false;
  if (path.starts_with('[')) return !path.starts_with("[vvar") && path != "[vsyscall]";
  // Else a file of no file system: "anon_inode:...", "socket:...".
  const bool is_file = path.starts_with('/') && !path.starts_with("/dev/") && !path.starts_with("/dmabuf:");
  return path.empty() || is_file;
}

bool Vma::is_device() const noexcept {
  if (path.starts_with("[vvar")) return true;
  if (details) return details->flags.has(VmFlag::io) || details->flags.has(VmFlag::pfn_map);
  return path.starts_with("/dev/") && !path.starts_with("/dev/shm/");
}

std::string_view to_string(MapSource source) noexcept {
  switch (source) {
    case MapSource::smaps:
      return "smaps";
    case MapSource::maps:
      return "maps";
    case MapSource::rebuilt:
      break;
  }
  return "rebuilt";
}

VmaMap::VmaMap() : vmas_(std::make_shared<const std::vector<Vma>>()) {}

std::optional<VmaMap> VmaMap::parse_maps(std::string_view text) {
  std::vector<Vma> vmas;
  while (!text.empty()) {
    auto end = text.find('\n');
    auto vma = parse_vma_line(text.substr(0, end));
    if (!vma) return std::nullopt;
    vmas.push_back(*std::move(vma));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return from(std::move(vmas), MapSource::maps);
}

std::optional<VmaMap> VmaMap::from(std::vector<Vma> vmas, MapSource source) {
  VirtAddr behind;
  for (const auto& vma : vmas) {
    if (vma.range.begin < behind || vma.range.end <= vma.range.begin) return std::nullopt;
    behind = vma.range.end;
  }
  VmaMap map;
  map.vmas_ = std::make_shared<const std::vector<Vma>>(std::move(vmas));
  map.source_ = source;
  return map;
}

const Vma* VmaMap::find(VirtAddr address) const noexcept {
  auto after = std::upper_bound(vmas_->begin(), vmas_->end(), address,
                                [](VirtAddr a, const Vma& vma) { return a < vma.range.begin; });
  if (after == vmas_->begin()) return nullptr;
  const Vma& vma = *std::prev(after);
  return vma.range.contains(address) ? &vma : nullptr;
}

std::span<const Vma> VmaMap::within(AddressRange range) const noexcept {
  const auto begin = std::partition_point(vmas_->begin(), vmas_->end(),
                                          [&](const Vma& vma) { return vma.range.end <= range.begin; });
  const auto end =
      std::partition_point(begin, vmas_->end(), [&](const Vma& vma) { return vma.range.begin < range.end; });
  return {begin, end};
}

}  // namespace rspbridge::memmap
