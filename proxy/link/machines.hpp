// The architectures whose registers near and far know by number.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "proxy/link/messages.hpp"

namespace rspbridge::proxy::link {

/// How the numbers of org.gnu.gdb.aarch64.core and org.gnu.gdb.i386.core stand (GDB manual, "Standard Target
/// Features"), and what else differs. All registers up to pc have eight bytes, little-endian.
struct MachineRow {
  Machine machine = Machine::unknown;
  std::string_view architecture;  ///< as a target description names it
  unsigned sp_regnum = 0, pc_regnum = 0;
  std::optional<unsigned> link_regnum;  ///< holds the return address; nothing: it is on the stack, at sp
  std::uint64_t popped = 0;             ///< by a return, in bytes
  std::uint64_t breakpoint_kind = 0;    ///< of Z0
};
/// Null for one that isn't known.
const MachineRow* machine_row(Machine machine);
const MachineRow* machine_row(std::string_view architecture);

/// One of the first registers, from a `g` reply (hex, run-length expanded). Nothing if the stub doesn't have
/// it.
std::optional<std::uint64_t> register_in(std::string_view g, unsigned regnum);

}  // namespace rspbridge::proxy::link
