// The frame that the kernel makes for a signal handler, for GDB's amd64 port.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rspbridge::proxy::symbols {

/// Where `code` has the two instructions that a signal handler returns to, as offsets of the first: they
/// call rt_sigreturn with sp at a struct rt_sigframe (Linux, arch/arm64/kernel/signal.c).
std::vector<std::uint64_t> find_sigreturns(std::string_view code);

/// .debug_frame (DWARF 5, section 6.4) for those instructions at `addresses`: signal frames, in which each
/// register with a part on amd64 is where the kernel saved it.
std::string describe_signal_frames(const std::vector<std::uint64_t>& addresses);

}  // namespace rspbridge::proxy::symbols
