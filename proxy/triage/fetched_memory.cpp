#include "proxy/triage/fetched_memory.hpp"

#include <algorithm>

namespace rspbridge::proxy::triage {

void FetchedMemory::add(std::uint64_t address, std::string_view bytes) {
  for (; bytes.size() >= page; address += page, bytes.remove_prefix(page))
    pages_.insert_or_assign(address, std::string(bytes.substr(0, page)));
}

bool FetchedMemory::is_known(std::uint64_t page_address) const {
  return pages_.contains(page_address) || unreadable_.contains(memmap::VirtAddr{page_address});
}

std::optional<std::string> FetchedMemory::read(std::uint64_t address, std::size_t length) {
  address = memmap::untagged({address}).value;
  if (length == 0 || address + length < address) return std::nullopt;
  std::string bytes;
  bool all = true;
  for (std::uint64_t at = address; at < address + length;) {
    const std::uint64_t begin = at & ~(page - 1);
    const std::size_t some = std::min<std::uint64_t>(begin + page, address + length) - at;
    const auto found = pages_.find(begin);
    if (found != pages_.end())
      bytes += found->second.substr(at - begin, some);
    else
      all = false;
    if (!is_known(begin)) missing_.insert({{begin}, {begin + page}});
    at += some;
  }
  return all ? std::optional(std::move(bytes)) : std::nullopt;
}

std::vector<memmap::AddressRange> FetchedMemory::take_missing() {
  auto ranges = missing_.ranges();
  missing_.clear();
  return ranges;
}

}  // namespace rspbridge::proxy::triage
