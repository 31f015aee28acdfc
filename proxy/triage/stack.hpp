// Where stacks are.
#pragma once

#include <cstdint>

#include "memmap/vma.hpp"
#include "proxy/triage/stopped.hpp"

namespace rspbridge::proxy::triage {

/// Bytes that one function may step over a guard page.
inline constexpr std::uint64_t largest_frame = std::uint64_t{8} << 20;

/// Whether anything may be done with it: a guard page isn't.
bool is_accessible(const memmap::Vma& vma);

/// The first that ends above `address`; null if there is none.
const memmap::Vma* first_from(const memmap::VmaMap& map, std::uint64_t address);

/// The stack that sp is on, or has just left below; null if there is none. Lives as long as the map.
const memmap::Vma* stack_of(const memmap::VmaMap& map, const Registers& registers);

}  // namespace rspbridge::proxy::triage
