// The frame that the kernel makes to call a signal handler (Linux arch/arm64/kernel/signal.c).
#pragma once

#include <cstdint>
#include <optional>

#include "proxy/triage/stopped.hpp"

namespace rspbridge::proxy::triage {

/// Whether the code at `pc` is what a handler returns to: the system call rt_sigreturn.
bool is_signal_trampoline(Memory& memory, std::uint64_t pc);

/// The registers that the signal interrupted, where sp is that of the trampoline. Nothing if the frame can't
/// be read.
std::optional<Registers> interrupted_registers(Memory& memory, std::uint64_t sp);

}  // namespace rspbridge::proxy::triage
