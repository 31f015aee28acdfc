// Lists of ranges of addresses.
#pragma once

#include <cstdint>
#include <vector>

#include "proxy/link/messages.hpp"

namespace rspbridge::proxy::link {

/// In order and apart: what overlaps or meets becomes one.
std::vector<AddressRange> in_order(std::vector<AddressRange> ranges);

/// The one of `ranges`, which are in order and apart, that `address` is in; null if there is none.
const AddressRange* range_with(const std::vector<AddressRange>& ranges, std::uint64_t address) noexcept;

}  // namespace rspbridge::proxy::link
