// Knowledge of software breakpoints: they go out with the next resume, if then they still matter.
#include <utility>

#include "proxy/near/knowledge.hpp"
#include "rsp/escape.hpp"

namespace rspbridge::proxy::near {

using link::Request;
using rsp::BreakpointType;

std::int64_t Knowledge::process_of(const std::optional<rsp::ThreadId>& thread) const {
  if (thread && thread->pid && *thread->pid > 0) return *thread->pid;
  const auto& stopped = state_.stopped_thread();
  return stopped ? stopped->pid.value_or(0) : 0;
}

std::optional<rsp::ThreadId> Knowledge::of_process(std::int64_t process) const {
  const auto& stopped = state_.stopped_thread();
  if (stopped && stopped->pid.value_or(0) == process) return stopped;
  return process != 0 ? std::optional(rsp::ThreadId{process, 0}) : std::nullopt;
}

// Only what is sure to succeed is promised: in a mapped, executable page.
bool Knowledge::takes_breakpoint(Request& request) {
  const auto breakpoint = rsp::parse_breakpoint(request.payload);
  if (!breakpoint || breakpoint->key.type != BreakpointType::software || !request.of_gdb) return false;
  const std::int64_t process = process_of(request.thread);
  if (!breakpoint->insert) {
    if (!ledger_.unwant(process, breakpoint->key)) return false;
  } else {
    if (!is_of_memory_process(request.thread)) return false;
    if (memory_.map_is_coming()) return held_for_map_.push_back(std::move(request)), true;
    if (!memory_.is_executable(breakpoint->key.address)) return false;
  }
  if (breakpoint->insert) ledger_.want(process, breakpoint->key, request.payload);
  ++counts_.answered;
  reply_to(request.id, "OK");
  return true;
}

void Knowledge::release_held() {
  for (Request& request : std::exchange(held_for_map_, {})) on_request(std::move(request));
}

// In front of a resume, or of what ends a process (`inserts` is false then).
void Knowledge::send_breakpoints(bool inserts) {
  for (const BreakpointLedger::Change& change : ledger_.changes()) {
    if (change.insert && !inserts) continue;
    Request request{.id = ++last_id_, .payload = change.packet, .effect = link::Effect::changes};
    request.thread = of_process(change.process);
    request.promised = change.insert;
    request.of_gdb = false;
    ledger_.set_stub_has(change.process, change.key,
                         change.insert ? std::optional(change.packet) : std::nullopt);
    own_[request.id] = [this, change](const std::optional<std::string>& reply) {
      if (change.insert && reply != "OK") ledger_.set_stub_has(change.process, change.key, std::nullopt);
    };
    pass(std::move(request));
  }
}

// `D;PID` and `vKill;PID` name their process; without a PID it is the only one.
void Knowledge::forget_process_of(const std::string& payload) {
  if (!payload.starts_with("D") && !payload.starts_with("vKill")) return;
  const auto semicolon = payload.find(';');
  const auto process = semicolon == std::string::npos
                           ? std::nullopt
                           : rsp::parse_hex(std::string_view(payload).substr(semicolon + 1));
  if (process)
    ledger_.forget(static_cast<std::int64_t>(*process));
  else
    ledger_.forget_all();
}

// What the stub said to a breakpoint that GDB waited for.
void Knowledge::learn_breakpoint(const Passed& passed, const std::string& reply) {
  const auto breakpoint =
      passed.of_gdb && std::string_view(reply) == "OK" ? rsp::parse_breakpoint(passed.payload) : std::nullopt;
  if (!breakpoint || breakpoint->key.type != BreakpointType::software || !enabled_) return;
  const std::int64_t process = process_of(passed.thread);
  if (breakpoint->insert)
    ledger_.want(process, breakpoint->key, passed.payload);
  else
    ledger_.unwant(process, breakpoint->key);
  ledger_.set_stub_has(process, breakpoint->key,
                       breakpoint->insert ? std::optional(passed.payload) : std::nullopt);
}

}  // namespace rspbridge::proxy::near
