// Calls, as a machine's registers and code show them at the first instruction of a function.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "proxy/link/machines.hpp"

namespace rspbridge::proxy::far {

/// How many bytes before a return address tell whether there is a call.
inline constexpr std::size_t call_size = 8;
/// Whether the code that ends at a return address calls the function at pc: `before` are the call_size bytes
/// before `return_address`, `g` the registers at the function's first instruction. On x86-64 the target of an
/// indirect call isn't looked at: the return address on the stack's top is what it left.
bool calls_here(const link::MachineRow& machine, std::string_view before, std::uint64_t return_address,
                std::string_view g);

/// How many bytes at an entry of a procedure linkage table tell its slot.
inline constexpr std::size_t plt_entry_size = 16;
/// Where the entry at `pc` finds the address that it jumps to; nothing if `code` is no such entry (psABIs of
/// AArch64 and x86-64, with and without BTI and IBT).
std::optional<std::uint64_t> plt_slot(link::Machine machine, std::string_view code, std::uint64_t pc);

}  // namespace rspbridge::proxy::far
