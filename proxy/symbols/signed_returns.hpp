// Return addresses that are signed by pointer authentication: GDB's amd64 port doesn't strip them.
#pragma once

#include <string_view>

#include "proxy/symbols/elf_file.hpp"

namespace rspbridge::proxy::symbols {

/// Gives the functions of .eh_frame that sign their return address (DW_CFA_AARCH64_negate_ra_state, "DWARF
/// for the Arm 64-bit Architecture", 4.4.1) a second FDE in .debug_frame, which GDB prefers: the same
/// rules, and one for rip, which is the return address without bits 48 to 63. So the file grows; one
/// without such functions stays as it is.
///
/// `elf` has been translated otherwise, `original` is the same file as it was. Afterwards `elf.sections`
/// doesn't describe the file any more. Throws Malformed.
void describe_signed_returns(ElfFile& elf, std::string_view original, Counts& counts);

}  // namespace rspbridge::proxy::symbols
