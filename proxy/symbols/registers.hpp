// What becomes of an ARM64 DWARF register number in the x86_64 view.
#pragma once

#include <cstdint>

#include "rsp/x86_64_roles.hpp"

namespace rspbridge::proxy::symbols {

/// A number that GDB's amd64 port knows no register for ("reserved" in figure 3.36): GDB leaves CFI rules
/// of such a column alone, and refuses a CFA that counts from one ("unable to map").
inline constexpr std::uint8_t no_register = 56;

/// An opcode that no GDB knows: evaluating it is an error and never gives a value.
inline constexpr std::uint8_t invalid_opcode = 0xe2;

/// The amd64 number, or `no_register`.
constexpr std::uint8_t amd64_register(std::uint64_t arm64) {
  for (const rsp::Role& role : rsp::x86_64_roles)  // GCC 12 with UBSan takes no pointer to one for a constant
    if (role.arm64_dwarf == arm64) return role.amd64_dwarf;
  return no_register;
}

}  // namespace rspbridge::proxy::symbols
