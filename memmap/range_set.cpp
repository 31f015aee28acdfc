#include "memmap/range_set.hpp"

#include <algorithm>
#include <iterator>

namespace rspbridge::memmap {

RangeSet::Ends::const_iterator RangeSet::first_ending_behind(std::uint64_t address) const {
  auto it = ends_.upper_bound(address);
  if (it != ends_.begin() && std::prev(it)->second > address) --it;
  return it;
}

void RangeSet::insert(AddressRange range) {
  if (range.end <= range.begin) return;
  auto begin = range.begin.value, end = range.end.value;
  auto it = ends_.upper_bound(begin);
  if (it != ends_.begin() && std::prev(it)->second >= begin) --it;
  while (it != ends_.end() && it->first <= end) {
    begin = std::min(begin, it->first);
    end = std::max(end, it->second);
    size_ -= it->second - it->first;
    it = ends_.erase(it);
  }
  ends_.emplace(begin, end);
  size_ += end - begin;
}

void RangeSet::erase(AddressRange range) {
  for (const auto& common : within(range)) {
    const auto it = std::prev(ends_.upper_bound(common.begin.value));
    const auto begin = it->first, end = it->second;
    ends_.erase(it);
    if (begin < common.begin.value) ends_.emplace(begin, common.begin.value);
    if (common.end.value < end) ends_.emplace(common.end.value, end);
    size_ -= common.size();
  }
}

bool RangeSet::contains(AddressRange range) const {
  if (range.end <= range.begin) return true;
  const auto it = first_ending_behind(range.begin.value);
  return it != ends_.end() && it->first <= range.begin.value && range.end.value <= it->second;
}

bool RangeSet::contains(VirtAddr address) const {
  const auto it = first_ending_behind(address.value);
  return it != ends_.end() && it->first <= address.value;
}

std::vector<AddressRange> RangeSet::within(AddressRange range) const {
  std::vector<AddressRange> common;
  for (auto it = first_ending_behind(range.begin.value); it != ends_.end() && it->first < range.end.value;
       ++it) {
    const auto begin = std::max(it->first, range.begin.value), end = std::min(it->second, range.end.value);
    if (begin < end) common.push_back({VirtAddr{begin}, VirtAddr{end}});
  }
  return common;
}

std::vector<AddressRange> RangeSet::gaps(AddressRange range) const {
  std::vector<AddressRange> missing;
  auto from = range.begin;
  for (const auto& common : within(range)) {
    if (from < common.begin) missing.push_back({from, common.begin});
    from = common.end;
  }
  if (from < range.end) missing.push_back({from, range.end});
  return missing;
}

std::vector<AddressRange> RangeSet::ranges() const {
  std::vector<AddressRange> all;
  all.reserve(ends_.size());
  for (const auto& [begin, end] : ends_) all.push_back({VirtAddr{begin}, VirtAddr{end}});
  return all;
}

void RangeSet::clear() noexcept {
  ends_.clear();
  size_ = 0;
}

}  // namespace rspbridge::memmap
