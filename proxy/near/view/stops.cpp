#include "proxy/near/view/stops.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "proxy/near/client.hpp"
#include "proxy/near/view/handlers.hpp"
#include "proxy/near/view/syscalls.hpp"
#include "proxy/near/view/view.hpp"
#include "rsp/escape.hpp"
#include "rsp/stop_reply.hpp"

namespace rspbridge::proxy::near {
namespace {

using link::Answer;
using link::Effect;
using rsp::StopReply;
using Pairs = std::vector<std::pair<std::string, std::string>>;

constexpr std::uint64_t sigtrap = 5;  // GDB's number (GDB manual, "Stop Reply Packets": signals)

std::string format(const StopReply& stop, const Pairs& pairs) {
  std::string text = "T" + rsp::to_hex(std::string(1, static_cast<char>(stop.code)));
  for (const auto& [name, value] : pairs) text += name + ":" + value + ";";
  return text;
}

bool is_watch(std::string_view name) {
  return name == "watch" || name == "rwatch" || name == "awatch";
}

bool is_reason(std::string_view name) {
  constexpr std::string_view reasons[] = {
      "watch",     "rwatch", "awatch",    "syscall_entry", "syscall_return", "library", "fork", "vfork",
      "vforkdone", "exec",   "replaylog", "swbreak",       "hwbreak",        "create",  "clone"};
  return std::find(std::begin(reasons), std::end(reasons), name) != std::end(reasons);
}

// GDB takes any name that is a hex number for a register's (GDB manual, "Stop Reply Packets").
void rewrite_pairs(View& view, const Pairs& from, Pairs& to) {
  std::vector<rsp::ExpeditedRegister> registers;
  for (const auto& [name, value] : from) {
    const auto number = rsp::parse_hex(name);
    if (number && *number <= std::numeric_limits<std::uint32_t>::max()) {
      registers.push_back({static_cast<std::uint32_t>(*number), value});
    } else if (view.is_x86_64() && name.starts_with("syscall_")) {
      to.emplace_back(name, amd64_syscall(value));
    } else if (view.is_x86_64() && is_watch(name)) {
      const auto address = rsp::parse_hex(value);
      const auto known = address ? view.watched_as.find(*address) : view.watched_as.end();
      to.emplace_back(name, known == view.watched_as.end() ? value : rsp::format_hex(known->second));
    } else {
      to.emplace_back(name, value);
    }
  }
  if (!view.registers().view()) return;  // GDB asks for what it needs
  for (auto& [number, value] : view.registers().view()->rewrite_expedited(registers))
    to.emplace_back(rsp::format_hex(number), std::move(value));
}

// Which kind of breakpoint of the process that stopped stands at `pc`, as the reason's name; "" if none does.
std::string_view breakpoint_reason(View& view, std::uint64_t pc) {
  for (const std::string& process : {view.client().general_process(), std::string()}) {
    for (const rsp::BreakpointKey& key : view.breakpoints[process]) {
      if (key.address != pc) continue;
      if (key.type == rsp::BreakpointType::software) return "swbreak";
      if (key.type == rsp::BreakpointType::hardware) return "hwbreak";
    }
  }
  return {};
}

// What was inserted in a process goes with it. GDB takes none of it back.
void forget_breakpoints(View& view, const StopReply& stop) {
  const bool gone = stop.kind == StopReply::Kind::exited || stop.kind == StopReply::Kind::signalled;
  const bool another_program = stop.pair("exec").has_value();
  if (!gone && !another_program) return;
  if (stop.thread && stop.thread->pid)
    view.breakpoints.erase("p" + rsp::format_hex(static_cast<std::uint64_t>(*stop.thread->pid)));
  else
    view.breakpoints.clear();
}

// AArch64 stops before the access and amd64 after it. So the thread does the access, alone and with no
// watchpoint armed.
Task<std::optional<std::string>> step_over_access(View& view, rsp::ThreadId thread) {
  // What was inserted while GDB had any process selected is taken to be this one's.
  std::set<rsp::BreakpointKey>& inserted = view.breakpoints[view.client().general_process()];
  inserted.merge(view.breakpoints[""]);
  std::vector<rsp::BreakpointKey> armed;
  for (const rsp::BreakpointKey& key : std::set<rsp::BreakpointKey>(inserted)) {
    if (key.type <= rsp::BreakpointType::hardware) continue;
    auto removing = view.client().ask(rsp::format_breakpoint({.insert = false, .key = key, .conditions = {}}),
                                      Effect::changes);
    const std::string removed = co_await removing;
    if (removed == "OK")
      armed.push_back(key);
    else
      inserted.erase(key);  // it isn't there any more
  }
  auto step = view.client().ask("vCont;s:" + rsp::format_thread_id(thread), Effect::resumes, Answer::stop);
  const std::string after = co_await step;
  if (after.starts_with('W') || after.starts_with('X')) co_return after;
  for (const rsp::BreakpointKey& key : armed) {
    auto inserting = view.client().ask(rsp::format_breakpoint({.insert = true, .key = key, .conditions = {}}),
                                       Effect::changes);
    const std::string reply = co_await inserting;
    if (reply != "OK")
      view.client().warn("a watchpoint could not be armed again after it triggered: the stub says '" + reply +
                         "'");
  }
  co_return after;
}

// The stop that GDB gets: the access's reason with the registers after it. Another signal or event of the
// step comes first; the access will then trigger again, or never be done.
StopReply with_reason(const StopReply& access, StopReply after) {
  const bool plain = after.kind == StopReply::Kind::stopped && after.code == sigtrap &&
                     std::none_of(after.pairs.begin(), after.pairs.end(), [](const auto& pair) {
                       return is_reason(pair.first) && pair.first != "swbreak" && pair.first != "hwbreak";
                     });
  if (!plain) return after;
  for (const auto& pair : access.pairs)
    if (is_watch(pair.first)) after.pairs.insert(after.pairs.begin(), pair);
  return after;
}

}  // namespace

std::string rewrite_stop_at_once(View& view, const std::string& reply) {
  const auto stop = rsp::parse_stop_reply(reply);
  if (stop) view.vdso().on_stop(*stop);
  if (!stop || stop->kind != StopReply::Kind::stopped || stop->pairs.empty()) return reply;
  Pairs pairs;
  rewrite_pairs(view, stop->pairs, pairs);
  return format(*stop, pairs);
}

Task<std::string> rewrite_stop(View& view, std::string reply) {
  view.registers().forget_values();
  auto stop = rsp::parse_stop_reply(reply);
  if (stop) {
    forget_breakpoints(view, *stop);
    view.vdso().on_stop(*stop);
  }
  if (!stop || stop->kind != StopReply::Kind::stopped) co_return reply;
  if (stop->pair("exec")) view.registers().forget_all();
  auto loading = view.registers().load();
  const auto failed = co_await loading;
  if (failed) co_return reply;  // GDB asks for the description itself, and is told
  const bool watched = std::any_of(stop->pairs.begin(), stop->pairs.end(),
                                   [](const auto& pair) { return is_watch(pair.first); });
  if (view.is_x86_64() && watched && stop->thread && !view.client().non_stop()) {
    auto stepping = step_over_access(view, *stop->thread);
    const auto after = co_await stepping;
    view.registers().forget_values();
    const auto parsed = after ? rsp::parse_stop_reply(*after) : std::nullopt;
    if (parsed) {
      forget_breakpoints(view, *parsed);
      view.vdso().on_stop(*parsed);
    }
    if (parsed && parsed->kind != StopReply::Kind::stopped) co_return *after;
    if (parsed) stop = with_reason(*stop, *parsed);
  }
  Pairs pairs;
  const bool has_reason = std::any_of(stop->pairs.begin(), stop->pairs.end(),
                                      [](const auto& pair) { return is_reason(pair.first); });
  if (view.is_x86_64()) {
    auto reading = view.registers().number("pc");
    const auto pc = co_await reading;
    if (pc && view.calls().returned(stop->code, *pc)) {
      stop->code = sigtrap;
      pairs.emplace_back("swbreak", "");
    } else if (pc && stop->code == sigtrap && !has_reason && view.synthesises_breakpoint_reasons) {
      const auto reason = breakpoint_reason(view, *pc);
      if (!reason.empty()) pairs.emplace_back(reason, "");
    }
  }
  rewrite_pairs(view, stop->pairs, pairs);
  co_return format(*stop, pairs);
}

Task<std::string> view_status(View& view, const PacketRow& row, std::string request) {
  auto asked = view.client().pass(row, std::move(request));
  std::string reply = co_await asked;
  auto rewriting = rewrite_stop(view, std::move(reply));
  std::string rewritten = co_await rewriting;
  co_return rewritten;
}

Task<std::string> view_resume(View& view, const PacketRow& row, std::string request) {
  auto preparing = view.calls().before_resume();
  const auto refused = co_await preparing;
  if (refused) co_return *refused;
  // Another program, with a description of its own.
  if (row.name == "vRun" || row.name == "vAttach") {
    view.registers().forget_all();
    view.vdso().forget_all();
  }
  view.registers().forget_values();
  auto asked = view.client().pass(row, std::move(request));
  std::string reply = co_await asked;
  auto rewriting = rewrite_stop(view, std::move(reply));
  std::string rewritten = co_await rewriting;
  co_return rewritten;
}

}  // namespace rspbridge::proxy::near
