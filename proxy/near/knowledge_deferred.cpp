// What GDB sets, and the stub surely does: it goes out in GDB's order, with the next packet that must not be
// sent before it, so that GDB needn't wait for each.
#include <utility>

#include "proxy/near/knowledge.hpp"
#include "rsp/breakpoint.hpp"

namespace rspbridge::proxy::near {

using link::Request;
using rsp::BreakpointKey;
using rsp::ThreadId;

namespace {

// What the stub surely does if the page is as it should be: conditions it may refuse, and watchpoints run
// out.
std::optional<rsp::BreakpointRequest> plain_breakpoint(const std::string& payload) {
  auto breakpoint = rsp::parse_breakpoint(payload);
  const bool plain = breakpoint && breakpoint->key.type == rsp::BreakpointType::software &&
                     breakpoint->key.kind != 0 && breakpoint->conditions.empty();
  return plain ? breakpoint : std::nullopt;
}

std::pair<std::int64_t, BreakpointKey> in_process(const std::optional<ThreadId>& thread,
                                                  const BreakpointKey& key) {
  return {thread ? thread->pid.value_or(0) : 0, key};
}

}  // namespace

bool Knowledge::defer(Request& request, const PacketRow& row) {
  if (row.keep == Keep::nothing) return defer_breakpoint(request);
  const bool takes_non_stop = request.payload.starts_with("QNonStop") && request.payload != "QNonStop:0";
  if (row.keep != Keep::promise || !request.of_gdb || !state_.quirks().keeps_promises || takes_non_stop)
    return false;
  promise(request, row.name == "vFile:setfs" ? "F0" : "OK");
  return true;
}

void Knowledge::promise(Request& request, std::string reply) {
  reply_to(request.id, std::move(reply));
  deferred_.push_back(std::move(request));
}

bool Knowledge::defer_breakpoint(Request& request) {
  const auto breakpoint = plain_breakpoint(request.payload);
  if (!breakpoint || !request.of_gdb || !state_.quirks().pipelines || !is_of_memory_process(request.thread))
    return false;
  const auto inserted = in_process(request.thread, breakpoint->key);
  if (breakpoint->insert ? !stub_inserts_ : !inserted_.contains(inserted)) return false;
  want_map();
  if (memory_.expects_map()) return undecided_.push_back(std::move(request)), true;
  if (!memory_.is_code(breakpoint->key.address, breakpoint->key.kind)) return false;
  if (breakpoint->insert)
    inserted_.insert(inserted);
  else
    inserted_.erase(inserted);
  if (request.thread) state_.selected(*request.thread);
  promise(request, "OK");
  return true;
}

// Those that weren't promised keep their place, and get the stub's own answer.
void Knowledge::send_deferred() {
  for (Request& request : std::exchange(deferred_, {})) {
    request.id = ++last_id_;
    request.promised = true;
    request.of_gdb = false;  // the promise stands if GDB goes
    own_[request.id] = [](const auto&) {};
    pass(std::move(request));
  }
  for (Request& request : std::exchange(undecided_, {})) pass(std::move(request));
}

void Knowledge::decide() {
  for (Request& request : std::exchange(undecided_, {})) on_request(std::move(request));
}

void Knowledge::learn_breakpoint(const Passed& passed, const std::string& reply) {
  const auto breakpoint = plain_breakpoint(passed.payload);
  if (!breakpoint) return;
  const bool good = std::string_view(reply) == "OK";
  const auto inserted = in_process(passed.thread, breakpoint->key);
  if (breakpoint->insert && !good) inserted_.erase(inserted);
  if (!passed.of_gdb || !good) return;
  stub_inserts_ = true;
  if (breakpoint->insert)
    inserted_.insert(inserted);
  else
    inserted_.erase(inserted);
}

}  // namespace rspbridge::proxy::near
