// A set of addresses, kept as ranges.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "memmap/address.hpp"

namespace rspbridge::memmap {

/// A set of addresses as ranges that neither overlap nor touch. A value. All operations cost O(log n) and the
/// number of ranges they touch. Empty ranges are ignored everywhere, as are those that end before they begin.
class RangeSet {
 public:
  void insert(AddressRange range);
  void erase(AddressRange range);
  /// True if every address of `range` is in the set; true for an empty range.
  bool contains(AddressRange range) const;
  bool contains(VirtAddr address) const;
  /// What `range` and the set have in common, by address.
  std::vector<AddressRange> within(AddressRange range) const;
  /// What of `range` isn't in the set, by address.
  std::vector<AddressRange> gaps(AddressRange range) const;
  std::vector<AddressRange> ranges() const;
  /// Number of addresses.
  std::uint64_t size() const noexcept { return size_; }
  /// Number of ranges.
  std::size_t count() const noexcept { return ends_.size(); }
  bool empty() const noexcept { return ends_.empty(); }
  void clear() noexcept;

 private:
  using Ends = std::map<std::uint64_t, std::uint64_t>;  // begin to end
  Ends::const_iterator first_ending_behind(std::uint64_t address) const;

  Ends ends_;
  std::uint64_t size_ = 0;
};

}  // namespace rspbridge::memmap
