// Registers of a thread, from the target's own.
#pragma once

#include "proxy/triage/stopped.hpp"
#include "rsp/register_values.hpp"

namespace rspbridge::proxy::triage {

/// Fills in `state.registers` and `state.named`.
void set_registers(ThreadState& state, const rsp::RegisterValues& values);

}  // namespace rspbridge::proxy::triage
