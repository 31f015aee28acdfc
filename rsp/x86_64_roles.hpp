// Which ARM64 register plays the part of which amd64 register in the x86_64 view. Both the register
// layout and the symbol translator go by this table, so it is the one place that says so.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace rspbridge::rsp {

/// One row: `amd64` shows the low `bits` of `arm64`. DWARF numbers are those of the "System V ABI, AMD64
/// Architecture Processor Supplement" (figure 3.36) and of "DWARF for the Arm 64-bit Architecture".
struct Role {
  std::string_view amd64, arm64;
  std::uint8_t amd64_dwarf, arm64_dwarf;
  std::uint16_t bits;
};

/// No ARM64 register and no amd64 register stands here twice, so that a location can be renumbered.
/// GDB takes `r15` for the return address too, since CIEs name x30 as the return address column; `rip`
/// has no row: it is the pc, which has no DWARF number on ARM64. x16 to x18, v3 to v7 and v14 to v31
/// have no part: GDB accepts no more registers of 64 bits or more.
inline constexpr std::array<Role, 38> x86_64_roles = {{
    {"rax", "x0", 0, 0, 64},      {"rdx", "x1", 1, 1, 64},      {"rcx", "x2", 2, 2, 64},
    {"rsi", "x3", 4, 3, 64},      {"rdi", "x4", 5, 4, 64},      {"r8", "x5", 8, 5, 64},
    {"r9", "x6", 9, 6, 64},       {"r10", "x7", 10, 7, 64},     {"r11", "x8", 11, 8, 64},
    {"rbx", "x19", 3, 19, 64},    {"r12", "x20", 12, 20, 64},   {"r13", "x21", 13, 21, 64},
    {"r14", "x22", 14, 22, 64},   {"rbp", "x29", 6, 29, 64},    {"rsp", "sp", 7, 31, 64},
    {"r15", "x30", 15, 30, 64},   {"xmm0", "v0", 17, 64, 128},  {"xmm1", "v1", 18, 65, 128},
    {"xmm2", "x23", 19, 23, 64},  {"xmm3", "x24", 20, 24, 64},  {"xmm4", "x25", 21, 25, 64},
    {"xmm5", "x26", 22, 26, 64},  {"xmm6", "x27", 23, 27, 64},  {"xmm7", "x28", 24, 28, 64},
    {"xmm8", "x9", 25, 9, 64},    {"xmm9", "x10", 26, 10, 64},  {"xmm10", "x11", 27, 11, 64},
    {"xmm11", "x12", 28, 12, 64}, {"xmm12", "x13", 29, 13, 64}, {"xmm13", "x14", 30, 14, 64},
    {"xmm14", "x15", 31, 15, 64}, {"xmm15", "v2", 32, 66, 128}, {"es", "v8", 50, 72, 64},
    {"cs", "v9", 51, 73, 64},     {"ss", "v10", 52, 74, 64},    {"ds", "v11", 53, 75, 64},
    {"fs", "v12", 54, 76, 64},    {"gs", "v13", 55, 77, 64},
}};

/// The row of an ARM64 DWARF register number, or null if it has no part.
constexpr const Role* role_of_dwarf(std::uint64_t arm64_dwarf) {
  for (const Role& role : x86_64_roles)
    if (role.arm64_dwarf == arm64_dwarf) return &role;
  return nullptr;
}

}  // namespace rspbridge::rsp
