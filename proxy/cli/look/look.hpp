// sessions, memmap, threads, registers, memory, core, crash and stop.
#pragma once

#include "proxy/cli/look/look_options.hpp"

namespace rspbridge::proxy::cli::look {

// Each prints what it is asked for, and throws cli::Failure otherwise.
void print_sessions(const Options& options);
void print_memmap(const Options& options);
void print_threads(const Options& options);
void print_registers(const Options& options);
void print_memory(const Options& options);
void save_core(const Options& options);
void print_crash(const Options& options);
/// Asks the session to end as SIGTERM does, and waits for its end.
void stop_session(const Options& options);

}  // namespace rspbridge::proxy::cli::look
