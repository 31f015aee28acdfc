// Calls, as a machine's registers and code show them at the first instruction of a function.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "proxy/link/messages.hpp"

namespace rspbridge::proxy::far {

/// How the numbers of org.gnu.gdb.aarch64.core and org.gnu.gdb.i386.core stand (GDB manual, "Standard Target
/// Features"), and what else differs. All registers up to pc have eight bytes, little-endian.
struct MachineRow {
  link::Machine machine = link::Machine::unknown;
  unsigned sp_regnum = 0, pc_regnum = 0;
  std::optional<unsigned> link_regnum;  ///< holds the return address; nothing: it is on the stack, at sp
  std::uint64_t popped = 0;             ///< by a return, in bytes
  std::uint64_t breakpoint_kind = 0;    ///< of Z0
};
/// Null for one that isn't known.
const MachineRow* machine_row(link::Machine machine);

/// One of the first registers, from a `g` reply (hex, run-length expanded). Nothing if the stub doesn't have
/// it.
std::optional<std::uint64_t> register_in(std::string_view g, unsigned regnum);

/// How many bytes before a return address tell whether there is a call.
inline constexpr std::size_t call_size = 8;
/// Whether the code that ends at a return address calls the function at pc: `before` are the call_size bytes
/// before `return_address`, `g` the registers at the function's first instruction. On x86-64 the target of an
/// indirect call isn't looked at: the return address on the stack's top is what it left.
bool calls_here(const MachineRow& machine, std::string_view before, std::uint64_t return_address,
                std::string_view g);

/// How many bytes at an entry of a procedure linkage table tell its slot.
inline constexpr std::size_t plt_entry_size = 16;
/// Where the entry at `pc` finds the address that it jumps to; nothing if `code` is no such entry (psABIs of
/// AArch64 and x86-64, with and without BTI and IBT).
std::optional<std::uint64_t> plt_slot(link::Machine machine, std::string_view code, std::uint64_t pc);

}  // namespace rspbridge::proxy::far
