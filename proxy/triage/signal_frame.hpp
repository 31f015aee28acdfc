// The frame that the kernel makes to call a signal handler (Linux arch/arm64/kernel/signal.c).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "proxy/triage/stopped.hpp"

namespace rspbridge::proxy::triage {

/// Whether the code at `pc` is what a handler returns to: the system call rt_sigreturn.
bool is_signal_trampoline(Memory& memory, std::uint64_t pc);

/// The registers that the signal interrupted, where sp is that of the trampoline. Nothing if the frame can't
/// be read.
std::optional<Registers> interrupted_registers(Memory& memory, std::uint64_t sp);

/// Whether Go's runtime made it look as if the caller of `function` had called it, where in truth a signal
/// came (runtime/signal_arm64.go, preparePanic).
bool is_go_signal_panic(std::string_view function);

/// Makes those of its caller, as its call frame information has them, what they were at the signal. False if
/// the stack can't be read.
bool undo_go_signal_panic(Memory& memory, Registers& registers);

}  // namespace rspbridge::proxy::triage
