// Call frame information: .eh_frame (Linux Standard Base, "Exception Frames") and .debug_frame (DWARF 5,
// section 6.4).
#pragma once

#include <cstdint>
#include <vector>

#include "proxy/symbols/elf_file.hpp"

namespace rspbridge::proxy::symbols {

/// An FDE of .eh_frame whose addresses are encoded as four bytes relative to where they stand.
struct Fde {
  std::uint64_t at = 0;              ///< file offset of its address and, four bytes later, its size
  std::uint64_t address = 0;         ///< where `at` is once loaded
  std::uint64_t begin = 0, end = 0;  ///< the code that it is for
  bool plain = false;  ///< throughout, the CFA is the stack pointer and all registers are the caller's
};

/// Renumbers every register in both sections: the return address columns, the rules, the expressions in
/// them. Rules for registers without a part are moved to a column that GDB ignores; a rule that finds its
/// value in such a register becomes DW_CFA_undefined. Returns the FDEs of
/// .eh_frame, in its order. Throws Malformed.
std::vector<Fde> translate_frames(ElfFile& elf, Counts& counts);

/// Gives the PLT an FDE: the linker makes none, and where there is none GDB's amd64 port takes the return
/// address from the stack, so that `next` and `step` would lose the caller there. It is the one of
/// deregister_tm_clones(), which GCC's crtbegin.o brings into every program, and where nobody stops. A
/// file without it stays as it is.
void cover_plt(ElfFile& elf, const std::vector<Fde>& frames, Counts& counts);

}  // namespace rspbridge::proxy::symbols
