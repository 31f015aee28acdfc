#include "proxy/link/address_ranges.hpp"

#include <algorithm>

namespace rspbridge::proxy::link {

std::vector<AddressRange> in_order(std::vector<AddressRange> ranges) {
  std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.start < b.start; });
  std::vector<AddressRange> result;
  for (const AddressRange& range : ranges) {
    if (!result.empty() && range.start <= result.back().end)
      result.back().end = std::max(result.back().end, range.end);
    else
      result.push_back(range);
  }
  return result;
}

const AddressRange* range_with(const std::vector<AddressRange>& ranges, std::uint64_t address) noexcept {
  const auto after =
      std::upper_bound(ranges.begin(), ranges.end(), address,
                       [](std::uint64_t value, const AddressRange& range) { return value < range.start; });
  if (after == ranges.begin() || address >= std::prev(after)->end) return nullptr;
  return &*std::prev(after);
}

}  // namespace rspbridge::proxy::link
