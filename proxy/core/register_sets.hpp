// The kernel's register sets, filled from the target's registers (Linux asm/ptrace.h, asm/user.h,
// asm/sigcontext.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "memmap/core_notes.hpp"
#include "rsp/register_values.hpp"

namespace rspbridge::proxy::core {

/// e_machine of an architecture as a target description names it ("aarch64", "i386:x86-64"); nothing if there
/// are no register sets for it.
std::optional<std::uint16_t> machine_of(std::string_view architecture);

/// One thread's registers, as a core file has them.
struct RegisterSets {
  std::string general;                 ///< elf_gregset_t, of NT_PRSTATUS
  std::vector<memmap::CoreNote> more;  ///< NT_FPREGSET and others, whose registers are all known
};

/// Nothing if general registers aren't known.
std::optional<RegisterSets> register_sets(std::uint16_t machine, const rsp::RegisterValues& values);

}  // namespace rspbridge::proxy::core
