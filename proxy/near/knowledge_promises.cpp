// What GDB sets, and the stub surely does: GDB is answered at once, and the packet goes out at once, so that
// GDB needn't wait for each.
#include <algorithm>
#include <utility>

#include "proxy/near/knowledge.hpp"
#include "rsp/breakpoint.hpp"
#include "rsp/escape.hpp"

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

bool Knowledge::promises(Request& request, const PacketRow& row) {
  if (row.keep == Keep::nothing) return promises_breakpoint(request);
  const bool takes_non_stop = request.payload.starts_with("QNonStop") && request.payload != "QNonStop:0";
  // What the stub looks up is known, if it was collected just now.
  const bool needs_gdb =
      row.name == "qSymbol" && !(std::exchange(symbols_given_, false) && request.payload == "qSymbol::");
  if (row.keep != Keep::promise || !request.of_gdb || !state_.quirks().keeps_promises || takes_non_stop ||
      needs_gdb || refused_settings_.contains(row.name))
    return false;
  const std::string reply = row.name == "vFile:setfs" ? "F0" : "OK";
  promise(std::move(request), reply, [this, &row, reply](const std::optional<std::string>& said) {
    if (!said || *said == reply) return;
    // GDB believes that it is set; from the next time on it hears it from the stub.
    refused_settings_.insert(row.name);
    if (row.name == "qSymbol" && said->starts_with("qSymbol:")) return tell_unknown(*said);
    for_clients_.push_back(link::Log{true, "the stub refused " + std::string(row.name)});
  });
  return true;
}

// The stub waits for nothing else, and GDB has been told already that no more is asked.
void Knowledge::tell_unknown(const std::string& question) {
  const std::string name = question.substr(question.find(':') + 1);
  for_clients_.push_back(
      link::Log{true, "the stub looks up " + rsp::from_hex(name).value_or(name) +
                          ", which GDB wasn't asked for: it is told that there is no such symbol"});
  ask({.payload = "qSymbol::" + name, .effect = link::Effect::looks},
      [this](const std::optional<std::string>& said) {
        if (said && said->starts_with("qSymbol:")) tell_unknown(*said);
      });
}

void Knowledge::promise(Request request, const std::string& reply,
                        std::function<void(const std::optional<std::string>&)> done) {
  reply_to(request.id, reply);
  if (request.thread) state_.selected(*request.thread);
  request.id = ++last_id_;
  request.of_gdb = false;  // the promise stands if GDB goes
  own_[request.id] = std::move(done);
  pass(std::move(request));
}

// GDB takes a breakpoint for removed whatever the stub says; that it is set, it must be able to rely on.
bool Knowledge::promises_breakpoint(Request& request) {
  const auto breakpoint = plain_breakpoint(request.payload);
  if (!breakpoint || !request.of_gdb || !state_.quirks().pipelines || !is_of_memory_process(request.thread))
    return false;
  const auto key = in_process(request.thread, breakpoint->key);
  const bool stub_inserts = stub_inserts_ || state_.quirks().keeps_promises;
  if (breakpoint->insert ? !stub_inserts || refused_.contains(key) : !inserted_.contains(key)) return false;
  want_map();
  if (memory_.expects_map()) return undecided_.push_back(std::move(request)), true;
  const auto [address, size] = std::pair(breakpoint->key.address, breakpoint->key.kind);
  if (!memory_.is_code(address, size)) return false;
  if (breakpoint->insert && !set_before_.contains(key)) {
    // Private memory that can be read at this stop can be written by a debugger.
    auto found = memory_.look(address, size);
    if (found == KnownMemory::Found::fetchable) fetch(memory_.missing_page(address, size), request);
    if (found == KnownMemory::Found::fetchable) found = KnownMemory::Found::coming;
    if (found == KnownMemory::Found::coming) return undecided_.push_back(std::move(request)), true;
    if (found == KnownMemory::Found::elsewhere) return false;
  }
  if (breakpoint->insert)
    inserted_.insert(key);
  else
    inserted_.erase(key);
  working_set_.touched_page(address);
  const bool read_now = memory_.look(address, size) == KnownMemory::Found::here;
  if (breakpoint->insert)
    request.promised = sets_in_page(key) && read_now ? link::Promise::certain : link::Promise::made;
  promise(std::move(request), "OK", [](const auto&) {});
  return true;
}

bool Knowledge::sets_in_page(const std::pair<std::int64_t, BreakpointKey>& wanted) const {
  const auto page = [](const BreakpointKey& key) { return key.address & ~(KnownMemory::page_size - 1); };
  return std::any_of(set_before_.begin(), set_before_.end(), [&](const auto& set) {
    return set.first == wanted.first && page(set.second) == page(wanted.second) &&
           set.second.kind == wanted.second.kind;
  });
}

// What isn't decided when something else is to go out gets the stub's own answer.
void Knowledge::pass_undecided() {
  for (Request& request : std::exchange(undecided_, {})) pass(std::move(request));
}

void Knowledge::decide() {
  for (Request& request : std::exchange(undecided_, {})) on_request(std::move(request));
}

void Knowledge::learn_breakpoint(const Passed& passed, const std::string& reply) {
  const auto breakpoint = plain_breakpoint(passed.payload);
  if (!breakpoint) return;
  const bool good = std::string_view(reply) == "OK";
  const auto key = in_process(passed.thread, breakpoint->key);
  if (breakpoint->insert && !good) {
    inserted_.erase(key);
    set_before_.erase(key);
    refused_.insert(key);
  }
  if (breakpoint->insert && good) set_before_.insert(key);
  if (!passed.of_gdb || !good) return;
  stub_inserts_ = true;
  if (breakpoint->insert)
    inserted_.insert(key);
  else
    inserted_.erase(key);
}

}  // namespace rspbridge::proxy::near
