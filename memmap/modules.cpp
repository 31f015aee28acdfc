#include "memmap/modules.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace rspbridge::memmap {
namespace {

// The VMAs that may be one image.
struct Group {
  std::vector<std::size_t> vmas;
  bool executable = false;
};

bool is_vdso(const Vma& vma) {
  return vma.path == "[vdso]";
}

bool may_be_image(const Vma& vma) {
  return is_vdso(vma) || (!vma.path.starts_with('[') && vma.inode != 0);
}

std::vector<Group> group(const VmaMap& map) {
  using File = std::tuple<std::string_view, std::uint32_t, std::uint32_t, std::uint64_t>;
  std::vector<Group> groups;
  std::map<File, std::size_t> newest;  // the group of each file that further VMAs belong to
  for (std::size_t i = 0; i < map.vmas().size(); ++i) {
    const auto& vma = map.vmas()[i];
    if (!may_be_image(vma)) continue;
    const File file{vma.path, vma.device_major, vma.device_minor, vma.inode};
    auto found = newest.find(file);
    if (vma.offset == 0 && vma.readable) {
      found = newest.insert_or_assign(file, groups.size()).first;
      groups.emplace_back();
    }
    if (found == newest.end()) continue;
    auto& owner = groups[found->second];
    owner.vmas.push_back(i);
    owner.executable = owner.executable || vma.executable;
  }
  return groups;
}

}  // namespace

std::vector<Module> modules(const VmaMap& map, const ByteReader& read) {
  constexpr std::uint64_t page = 4096;  // the smallest; every VMA has at least that
  std::vector<Module> result;
  for (auto& each : group(map)) {
    if (!each.executable) continue;
    const auto& first = map.vmas()[each.vmas.front()];
    const auto first_read = std::min(first.range.size(), page);
    auto image = read_elf_image(read, first.range.begin.value, ElfLayout::memory, first_read);
    if (!image) continue;
    result.push_back({.path = first.path,
                      .device_major = first.device_major,
                      .device_minor = first.device_minor,
                      .inode = first.inode,
                      .image = *std::move(image),
                      .range = {first.range.begin, map.vmas()[each.vmas.back()].range.end},
                      .vmas = std::move(each.vmas)});
  }
  return result;
}

}  // namespace rspbridge::memmap
