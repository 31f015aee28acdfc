// The parsers of what a target tells of its memory, and of the view's messages, under arbitrary bytes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "memmap/auxv.hpp"
#include "memmap/delve.hpp"
#include "memmap/elf_image.hpp"
#include "memmap/labels.hpp"
#include "memmap/modules.hpp"
#include "memmap/rebuild.hpp"
#include "memmap/smaps.hpp"
#include "memmap/view_protocol.hpp"
#include "tests/fuzz/require.hpp"

namespace rspbridge::fuzz {

inline void ordered(const memmap::VmaMap& map) {
  memmap::VirtAddr behind;
  for (const auto& vma : map.vmas()) {
    require(behind <= vma.range.begin && vma.range.begin < vma.range.end, "VMAs are in order");
    require(map.find(vma.range.begin) == &vma, "a VMA is found by its first address");
    behind = vma.range.end;
  }
}

inline void maps(std::string_view data) {
  using namespace memmap;
  // Where something is mapped, there are these bytes.
  const auto read = [&](std::uint64_t address, std::size_t length) {
    return reader_of(data)(address & 0xfff, length);
  };
  for (const auto& map : {parse_smaps(data), VmaMap::parse_maps(data)}) {
    if (!map) continue;
    ordered(*map);
    require(labels(*map, std::vector<ThreadStack>{{1, VirtAddr{0x8000}}}).size() == map->vmas().size(),
            "a label a VMA");
    require(delve_entries(*map).size() <= map->vmas().size(), "no entry without a VMA");
    for (const auto& module : modules(*map, read))
      for (const auto index : module.vmas) require(index < map->vmas().size(), "modules index VMAs");
  }
}

inline void images(std::string_view data) {
  using namespace memmap;
  for (const auto layout : {ElfLayout::file, ElfLayout::memory}) {
    const auto image = read_elf_image(reader_of(data), 0, layout, 64, true);
    if (!image) continue;
    require(image->headers.size() <= max_program_headers, "program headers are bounded");
    require(image->build_id.size() <= max_build_id_size, "the build-id is bounded");
    require(!image->relro || image->relro->begin < image->relro->end, "RELRO is a range");
  }
  const auto half = std::min<std::size_t>(data.size(), 256) & ~std::size_t{15};
  if (const auto auxv = Auxv::parse(data.substr(0, half))) {
    const auto read = [&](std::uint64_t address, std::size_t length) {
      return reader_of(data.substr(half))(address & 0xfff, length);
    };
    ordered(rebuild_map(*auxv, "program", std::vector<LoadedLibrary>{{"library", 0x7000000000}}, read));
  }
}

inline void view_messages(std::string_view data) {
  using namespace memmap::view;
  if (const auto message = decode_server(data)) {
    require(encode(*message) == data, "what is decoded is encoded the same (server)");
  }
  if (const auto message = decode_client(data)) {
    require(encode(*message) == data, "what is decoded is encoded the same (client)");
  }
}

inline void memory_map(std::string_view data) {
  maps(data);
  images(data);
  view_messages(data);
}

}  // namespace rspbridge::fuzz
