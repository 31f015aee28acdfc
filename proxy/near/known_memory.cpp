#include "proxy/near/known_memory.hpp"

#include <algorithm>
#include <utility>

namespace rspbridge::proxy::near {

using memmap::VirtAddr;
using memmap::Vma;
using memmap::VmaMap;

namespace {

constexpr std::uint64_t page_of(std::uint64_t address) {
  return address & ~(KnownMemory::page_size - 1);
}

}  // namespace

const Vma* KnownMemory::plain_vma(std::uint64_t page) const {
  const Vma* vma = map_.find(VirtAddr{page});
  return vma && vma->is_plain_memory() ? vma : nullptr;
}

KnownMemory::Found KnownMemory::look_at_page(std::uint64_t page) const {
  if (const auto found = pages_.find(page); found != pages_.end()) {
    if (found->second.state == Page::State::here) return Found::here;
    return found->second.state == Page::State::expected ? Found::coming : Found::elsewhere;
  }
  if (map_state_ == MapState::coming) return Found::coming;
  if (map_state_ == MapState::unknown) return Found::elsewhere;
  return plain_vma(page) ? Found::fetchable : Found::elsewhere;
}

KnownMemory::Found KnownMemory::look(std::uint64_t address, std::uint64_t length) const {
  if (address + (length - 1) < address) return Found::elsewhere;
  Found all = Found::here;
  for (std::uint64_t page = page_of(address); page <= page_of(address + length - 1); page += page_size) {
    all = std::max(all, look_at_page(page));
    if (page + page_size < page) break;
  }
  return all;
}

std::uint64_t KnownMemory::missing_page(std::uint64_t address, std::uint64_t length) const {
  std::uint64_t page = page_of(address);
  while (page < address + length - 1 && look_at_page(page) != Found::fetchable) page += page_size;
  return page;
}

bool KnownMemory::is_fetchable_beside(std::uint64_t page, std::uint64_t beside) const {
  return has_map() && look_at_page(page) == Found::fetchable && plain_vma(page) == plain_vma(beside);
}

bool KnownMemory::is_code(std::uint64_t address, std::uint64_t length) const {
  const Vma* vma = plain_vma(address);
  return vma && vma->executable && length <= vma->range.end.value - address;
}

std::string KnownMemory::get(std::uint64_t address, std::uint64_t length) const {
  std::string bytes;
  while (bytes.size() < length) {
    const std::uint64_t at = address + bytes.size(), page = page_of(at);
    const auto& known = pages_.find(page)->second.bytes;
    bytes += std::string_view(known).substr(at - page, length - bytes.size());
  }
  return bytes;
}

void KnownMemory::expect(std::uint64_t page, link::RequestId id) {
  pages_[page] = {.state = Page::State::expected, .id = id, .bytes = {}};
}

void KnownMemory::arrived(std::uint64_t page, link::RequestId id, std::optional<std::string> bytes) {
  const auto found = pages_.find(page);
  if (found == pages_.end() || found->second.state != Page::State::expected || found->second.id != id) return;
  const bool whole = bytes && bytes->size() == page_size;
  found->second.state = whole ? Page::State::here : Page::State::unreadable;
  if (whole) found->second.bytes = *std::move(bytes);
  if (map_state_ == MapState::known && !plain_vma(page)) pages_.erase(found);
}

void KnownMemory::written(std::uint64_t address, std::uint64_t length) {
  if (length == 0) return;
  const std::uint64_t last = address + length - 1 < address ? ~std::uint64_t{0} : address + length - 1;
  pages_.erase(pages_.lower_bound(page_of(address)), pages_.upper_bound(last));
}

void KnownMemory::expect_map(link::RequestId id) {
  map_state_ = MapState::coming;
  map_id_ = id;
}

bool KnownMemory::map_arrived(link::RequestId id, std::optional<VmaMap> map) {
  if (map_state_ != MapState::coming || map_id_ != id) return false;
  map_ = map ? *std::move(map) : VmaMap();
  map_state_ = map_.vmas().empty() ? MapState::unknown : MapState::known;
  std::erase_if(pages_, [this](const auto& item) { return !plain_vma(item.first); });
  return true;
}

void KnownMemory::clear() {
  pages_.clear();
  map_ = {};
  map_state_ = MapState::unknown;
}

}  // namespace rspbridge::proxy::near
