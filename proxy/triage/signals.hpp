// Linux's signals on ARM64 by name, and what comes with them (sigaction(2), Linux asm-generic/siginfo.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proxy/triage/stopped.hpp"

namespace rspbridge::proxy::triage {

/// "SIGSEGV"; "signal 70" for one without a name.
std::string signal_name(int number);

/// "SEGV_MAPERR", "SI_TKILL"; the number for one without a name.
std::string signal_code_name(int number, int code);

/// Linux's number of one of GDB's (include/gdb/signals.def); nothing if there is none.
std::optional<int> from_gdb_signal(int number);

/// From a siginfo_t of a 64-bit target. Nothing if that is too short.
std::optional<Signal> parse_siginfo(std::string_view bytes);

/// Whether this signal ends a process that doesn't handle it, as a crash: with a core file.
bool is_fatal(int number);

}  // namespace rspbridge::proxy::triage
