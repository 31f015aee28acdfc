// The stop that an observing GDB was told of, and what is remembered of it.
#include <algorithm>
#include <utility>

#include "proxy/link/objects.hpp"
#include "proxy/near/observer.hpp"
#include "rsp/escape.hpp"
#include "rsp/qsupported.hpp"
#include "rsp/qxfer.hpp"
#include "rsp/thread_id.hpp"
#include "rsp/thread_list.hpp"

namespace rspbridge::proxy::near {

using link::Effect;
using link::Request;
using rsp::StopReply;

namespace {

constexpr std::uint64_t sigtrap = 5;  // GDB's number
constexpr const char* nothing_left =
    "no process is debugged any more: it has ended, or the GDB in control has killed it or let it go";
constexpr const char* nobody_controls =
    "no GDB controls the target any more, and it stays stopped; `monitor rspbridge take` takes control";

// What only the GDB that asked for it expects of a stop.
bool is_reason(std::string_view name) {
  constexpr std::string_view reasons[] = {"swbreak",   "hwbreak",       "watch",         "rwatch",
                                          "awatch",    "fork",          "vfork",         "create",
                                          "vforkdone", "syscall_entry", "syscall_return"};
  return std::find(std::begin(reasons), std::end(reasons), name) != std::end(reasons);
}

}  // namespace

Observer::Question Observer::question_of(const std::optional<rsp::ThreadId>& thread,
                                         const std::string& payload) {
  const bool of_thread = thread && std::string_view("gp").find(payload[0]) != std::string_view::npos;
  const rsp::ThreadId id = of_thread ? *thread : rsp::ThreadId{};
  return {id.pid.value_or(0), id.tid, payload};
}

bool Observer::remembers(const Request& request) {
  if (request.payload.starts_with("T")) return answer(request, "OK"), true;
  const auto found = remembered_.find(question_of(request.thread, request.payload));
  if (found == remembered_.end()) return false;
  answer(request, found->second);
  return true;
}

void Observer::see_stop() {
  seen_ = knowledge_.state().stop_id();
  seen_thread_ = knowledge_.state().stopped_thread();
  remembered_.clear();
  asked_.clear();
  own_.clear();
  if (knowledge_.state().nothing_left()) return;
  if (rsp::Features::parse(knowledge_.features()).has("qXfer:threads:read"))
    ask_own("qXfer:threads:read::0,1000", std::nullopt);
  ask_own("g", seen_thread_);
}

// The threads that are listed, and their registers.
void Observer::look_further(const std::string& request, const std::string& payload) {
  const std::string reply = rsp::expand_runs(payload).value_or(payload);
  if (const auto next = link::following_part(request, reply)) ask_own(*next, std::nullopt);
  const auto part = request == "g" ? std::nullopt : rsp::parse_qxfer_reply(reply);
  const auto threads = part ? rsp::parse_thread_list(part->data) : decltype(rsp::parse_thread_list("")){};
  if (!part || !threads || threads->size() > most_threads) return;
  for (const rsp::ListedThread& thread : *threads)
    if (thread.id != seen_thread_) ask_own("g", thread.id);
}

void Observer::ask_own(std::string payload, std::optional<rsp::ThreadId> thread) {
  Request request{.id = ++last_id_, .payload = std::move(payload), .effect = Effect::looks};
  request.thread = thread;
  own_.insert(request.id);
  pass(std::move(request));
}

void Observer::lost_control() {
  was_in_control_ = true;
  see_stop();
}

void Observer::stands() {
  stands_at_ = knowledge_.state().stop_id();
  if (!knowledge_.looks()) return;
  for (Request& request : std::exchange(held_, {})) pass(std::move(request));
  if (!waits_ || (waits_->of_resume && seen_ == stands_at_)) return;
  if (waits_->of_resume && knowledge_.state().nothing_left()) say(nothing_left);
  tell_stop(*std::exchange(waits_, std::nullopt));
}

void Observer::nobody_resumes() {
  if (!waits_ || !waits_->of_resume || !knowledge_.looks()) return;
  say(knowledge_.state().nothing_left() ? nothing_left : nobody_controls);
  tell_stop(*std::exchange(waits_, std::nullopt));
}

void Observer::tell_stop(const Wait& wait) {
  see_stop();
  const auto& thread = knowledge_.state().stopped_thread();
  owes_stop_ = !wait.stepped.empty() && (!thread || rsp::format_thread_id(*thread) != wait.stepped);
  const std::string stop = owes_stop_ ? "T05thread:" + wait.stepped + ";" : present_stop(wait.of_resume);
  if (wait.of_resume)
    for_client_.push_back(link::StopBundle{.id = wait.id, .stop = *seen_, .payload = stop});
  else
    for_client_.push_back(link::Reply{wait.id, stop});
}

std::string Observer::present_stop(bool to_resume) const {
  const std::string& reply = knowledge_.state().stop_reply();
  const auto stop = rsp::parse_stop_reply(reply);
  // The GDB in control has let it go, or killed it: no stop tells of that.
  if (stop && stop->kind == StopReply::Kind::stopped && knowledge_.state().nothing_left()) {
    const bool named = stop->thread && stop->thread->pid;
    return named ? "W00;process:" + rsp::format_hex(static_cast<std::uint64_t>(*stop->thread->pid)) : "W00";
  }
  if (!stop || stop->kind != StopReply::Kind::stopped || stop->pairs.empty()) return reply;
  // A SIGTRAP may be a breakpoint of its own to GDB, whose condition isn't met: then it would go on without a
  // word.
  std::string text = stop->code == sigtrap ? "T00" : reply.substr(0, 3);
  for (const auto& [name, value] : stop->pairs) {
    // Registers may have been written since: GDB reads them.
    const bool left_out = is_reason(name) || rsp::parse_hex(name) || (name == "exec" && !to_resume);
    if (!left_out) text += name + ":" + value + ";";
  }
  return text;
}

}  // namespace rspbridge::proxy::near
