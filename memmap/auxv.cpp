#include "memmap/auxv.hpp"

#include <elf.h>

#include "memmap/elf_bytes.hpp"

namespace rspbridge::memmap {

std::optional<Auxv> Auxv::parse(std::string_view bytes) {
  constexpr std::size_t most = 256;
  Auxv auxv;
  for (std::uint64_t at = 0; at < bytes.size(); at += sizeof(Elf64_auxv_t)) {
    const auto entry = struct_at<Elf64_auxv_t>(bytes, at);
    if (!entry) return std::nullopt;
    if (entry->a_type == AT_NULL) break;
    if (auxv.entries_.size() == most) return std::nullopt;
    auxv.entries_.emplace_back(entry->a_type, entry->a_un.a_val);
  }
  return auxv;
}

std::optional<std::uint64_t> Auxv::find(std::uint64_t type) const noexcept {
  for (const auto& [each, value] : entries_)
    if (each == type) return value;
  return std::nullopt;
}

}  // namespace rspbridge::memmap
