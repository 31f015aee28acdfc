#include "proxy/near/observer.hpp"

#include <algorithm>
#include <variant>

#include "proxy/link/objects.hpp"
#include "proxy/near/packet_table.hpp"
#include "rsp/escape.hpp"
#include "rsp/qsupported.hpp"
#include "rsp/qxfer.hpp"
#include "rsp/thread_id.hpp"
#include "rsp/thread_list.hpp"
#include "rsp/vfile.hpp"

namespace rspbridge::proxy::near {

using link::Answer;
using link::Effect;
using link::Request;
using rsp::StopReply;

namespace {

constexpr std::uint64_t not_permitted = 1, busy = 16;    // EPERM, EBUSY (GDB manual, "Errno Values")
constexpr std::uint64_t sigtrap = 5;                     // GDB's number
constexpr std::uint64_t access_mode = 3, read_only = 0;  // of an open's flags ("Open Flags")
// GDB 13 takes an error in words for data where it expects some (remote.c, packet_check_result).
constexpr const char* no_words = "E01";
constexpr const char* how_to_take = "`monitor rspbridge take` hands control over";

// What only the GDB that asked for it expects of a stop.
bool is_reason(std::string_view name) {
  constexpr std::string_view reasons[] = {"swbreak",   "hwbreak",       "watch",         "rwatch",
                                          "awatch",    "fork",          "vfork",         "create",
                                          "vforkdone", "syscall_entry", "syscall_return"};
  return std::find(std::begin(reasons), std::end(reasons), name) != std::end(reasons);
}

std::tuple<std::int64_t, std::int64_t, std::string> question_of(const std::optional<rsp::ThreadId>& thread,
                                                                const std::string& payload) {
  const bool of_thread = thread && std::string_view("gp").find(payload[0]) != std::string_view::npos;
  const rsp::ThreadId id = of_thread ? *thread : rsp::ThreadId{};
  return {id.pid.value_or(0), id.tid, payload};
}

// That a `vCont;s:THREAD` lets run; empty for any other resume.
std::string only_thread(std::string_view resume) {
  constexpr std::string_view step = "vCont;s:";
  const bool is_alone = resume.starts_with(step) && resume.find(';', step.size()) == std::string_view::npos;
  return is_alone ? std::string(resume.substr(step.size())) : std::string();
}

std::int64_t process_of(const Request& request) {
  return request.thread ? request.thread->pid.value_or(0) : 0;
}

}  // namespace

Observer::Observer(Hooks hooks, const Knowledge& knowledge, link::RequestId& last_id)
    : hooks_(std::move(hooks)), knowledge_(knowledge), last_id_(last_id) {}

void Observer::to_far(link::ToFar message) {
  if (auto* request = std::get_if<Request>(&message)) return on_request(std::move(*request));
  const bool interrupts = std::holds_alternative<link::Interrupt>(message);
  if (interrupts && waits_ && !hooks_.controlled()) return hooks_.far(std::move(message));
  if (interrupts && waits_ && waits_->of_resume)
    return say("this GDB observes, and stops nothing: " + hooks_.who() + " controls the target; " +
               how_to_take);
  // The rest is for who controls: symbols, hints, a GDB's coming and going.
  if (std::holds_alternative<link::LookAtFile>(message)) hooks_.far(std::move(message));
}

std::optional<link::ToNear> Observer::next() {
  if (for_client_.empty()) return std::nullopt;
  link::ToNear message = std::move(for_client_.front());
  for_client_.pop_front();
  return message;
}

// Replies to others' requests have other ids.
void Observer::on_link(const link::ToNear& message) {
  const auto* reply = std::get_if<link::Reply>(&message);
  const auto asked = reply ? asked_.extract(reply->id) : decltype(asked_)::node_type{};
  if (asked) {
    const Question& question = asked.mapped();
    const bool good = !reply->payload.empty() && reply->payload[0] != 'E';
    if (good && remembered_.size() < most_remembered) remembered_[question] = reply->payload;
    if (own_.erase(reply->id) != 0) return look_further(std::get<2>(question), reply->payload);
  }
  if (std::holds_alternative<link::Reply>(message) || std::holds_alternative<link::FileSeen>(message))
    return for_client_.push_back(message);
  if (const auto* refused = std::get_if<link::Refused>(&message))
    for_client_.push_back(link::Reply{refused->id, no_words});
}

void Observer::on_request(Request request) {
  switch (observed(request.payload)) {
    case Observed::looks:
      return look(std::move(request));
    case Observed::always:
      if (knowledge_.looks()) return pass(std::move(request));
      return look(std::move(request));
    case Observed::agrees:
      return agree(request);
    case Observed::off:
      return was_in_control_ || request.payload.ends_with(":0") ? agree(request) : refuse_change(request);
    case Observed::refused:
      return refuse_change(request);
    case Observed::unknown:
      return answer(request, "");
    case Observed::features:
      settings_[row_for(request.payload).name] = request.payload;
      return answer(request, knowledge_.features());
    case Observed::status:
      return ask_status(std::move(request));
    case Observed::waits:
      return wait_for_stop(request);
    case Observed::selects:
      return select(std::move(request));
    case Observed::breakpoint:
      return set_breakpoint(request);
    case Observed::attached:
      return answer(request, "1");
    case Observed::file_system:
      file_system_ = static_cast<std::int64_t>(
          rsp::parse_hex(request.payload.substr(request.payload.rfind(':') + 1)).value_or(0));
      return answer(request, "F0");
    case Observed::opens:
      return open(std::move(request));
  }
}

// A GDB that connects while the target runs waits for the stop with what it asks first.
void Observer::look(Request request) {
  if (request.payload == "g" && (!request.thread || !request.thread->is_specific()))
    request.thread = knowledge_.state().stopped_thread();
  if (!seen_ && !knowledge_.looks()) return held_.push_back(std::move(request));
  if (!seen_ || sees_present()) return pass(std::move(request));
  // The target has gone on since.
  if (remembers(request)) return;
  answer(request, request.payload.starts_with("vFile") ? rsp::format_vfile_error(busy) : no_words);
}

void Observer::ask_status(Request request) {
  // Nobody has asked yet.
  if (is_standing() && knowledge_.state().stop_reply().empty()) return pass(std::move(request));
  waits_ = Wait{request.id, false};
  if (is_standing()) stands();
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
  remembered_.clear();
  asked_.clear();
  own_.clear();
  if (knowledge_.state().nothing_left()) return;
  if (rsp::Features::parse(knowledge_.features()).has("qXfer:threads:read"))
    ask_own("qXfer:threads:read::0,1000", std::nullopt);
  ask_own("g", knowledge_.state().stopped_thread());
}

// The threads that are listed, and their registers.
void Observer::look_further(const std::string& request, const std::string& payload) {
  const std::string reply = rsp::expand_runs(payload).value_or(payload);
  if (const auto next = link::following_part(request, reply)) ask_own(*next, std::nullopt);
  const auto part = request == "g" ? std::nullopt : rsp::parse_qxfer_reply(reply);
  const auto threads = part ? rsp::parse_thread_list(part->data) : decltype(rsp::parse_thread_list("")){};
  if (!part || !threads || threads->size() > most_threads) return;
  for (const rsp::ListedThread& thread : *threads)
    if (thread.id != knowledge_.state().stopped_thread()) ask_own("g", thread.id);
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

void Observer::wait_for_stop(const Request& request) {
  const bool is_behind = knowledge_.looks() && seen_ != knowledge_.state().stop_id();
  const bool owed = std::exchange(owes_stop_, false);
  waits_ = Wait{request.id, true, only_thread(request.payload)};
  if (owed && !is_behind && is_standing() && waits_->stepped.empty())
    return tell_stop(*std::exchange(waits_, std::nullopt));
  if (is_behind && is_standing()) return stands();
  if (is_behind || std::exchange(was_told_, true)) return;
  say("this GDB observes, and resumes nothing: it waits for the next stop. " + hooks_.who() +
      " controls the target; " + how_to_take);
}

void Observer::stands() {
  stands_at_ = knowledge_.state().stop_id();
  if (!knowledge_.looks()) return;
  for (Request& request : std::exchange(held_, {})) pass(std::move(request));
  if (!waits_ || (waits_->of_resume && seen_ == stands_at_)) return;
  if (waits_->of_resume && knowledge_.state().nothing_left())
    say("no process is debugged any more: it has ended, or " + hooks_.who() + " has killed it or let it go");
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

// Not Hg: what the GDB in control has selected stays selected. A request names its thread.
void Observer::select(Request request) {
  const auto thread = rsp::parse_thread_id(
      std::string_view(request.payload).substr(std::min<std::size_t>(2, request.payload.size())));
  if (!request.payload.starts_with("Hg") || !thread || !thread->is_specific()) return answer(request, "OK");
  request.payload = "T" + request.payload.substr(2);
  look(std::move(request));
}

void Observer::set_breakpoint(const Request& request) {
  const auto breakpoint = rsp::parse_breakpoint(request.payload);
  const Place place{process_of(request), breakpoint ? breakpoint->key : rsp::BreakpointKey{}};
  // GDBs set the same ones of their own, such as where libraries are loaded; they can't go on without.
  if (!breakpoint || !(was_in_control_ || knowledge_.has_set(place.first, place.second)))
    return refuse_change(request);
  breakpoints_.insert(place);
  answer(request, "OK");
}

void Observer::agree(const Request& request) {
  const PacketRow& row = row_for(request.payload);
  if (const auto breakpoint = rsp::parse_breakpoint(request.payload))
    breakpoints_.erase({process_of(request), breakpoint->key});
  else if (row.keep == Keep::promise && row.name != "qSymbol")
    settings_[row.name] = request.payload;
  answer(request, "OK");
}

void Observer::open(Request request) {
  const auto opened = rsp::parse_vfile_open(request.payload);
  if (!opened || (opened->flags & access_mode) != read_only) return refuse_change(request);
  if (!knowledge_.looks()) return answer(request, rsp::format_vfile_error(busy));
  const std::int64_t theirs = hooks_.file_system();
  if (theirs == file_system_) return pass(std::move(request));
  pass_own(rsp::format_vfile_setfs(file_system_));
  pass(std::move(request));
  pass_own(rsp::format_vfile_setfs(theirs));
}

void Observer::answer(const Request& request, std::string reply) {
  if (request.answer != Answer::none) for_client_.push_back(link::Reply{request.id, std::move(reply)});
}

void Observer::refuse_change(const Request& request) {
  const std::string sentence =
      "this GDB observes, and changes nothing: " + hooks_.who() + " controls the target; " + how_to_take;
  if (request.payload.starts_with("vFile")) return answer(request, rsp::format_vfile_error(not_permitted));
  if (request.answer != Answer::console) return answer(request, "E." + sentence);
  for_client_.push_back(link::Reply{request.id, "O" + rsp::to_hex("rspbridge: " + sentence + "\n"), false});
  answer(request, no_words);
}

void Observer::say(const std::string& sentence) {
  for_client_.push_back(link::Reply{waits_->id, "O" + rsp::to_hex("rspbridge: " + sentence + "\n"), false});
}

void Observer::pass(Request request) {
  request.of_gdb = false;
  request.waits = false;
  const bool of_thread = std::string_view("gpmxqT").find(request.payload[0]) != std::string_view::npos;
  if (of_thread && (!request.thread || !request.thread->is_specific()))
    request.thread = knowledge_.state().stopped_thread();
  if (sees_present()) asked_[request.id] = question_of(request.thread, request.payload);
  hooks_.far(std::move(request));
}

void Observer::pass_own(std::string payload) {
  Request request{.id = ++last_id_, .payload = std::move(payload), .effect = Effect::looks};
  request.of_gdb = false;
  hooks_.far(std::move(request));
}

std::vector<Request> Observer::believed() const {
  std::vector<Request> requests;
  const auto add = [&](std::string payload, std::optional<rsp::ThreadId> thread) {
    requests.push_back({.payload = std::move(payload), .effect = Effect::looks, .thread = thread});
  };
  if (const auto features = settings_.find("qSupported"); features != settings_.end())
    add(features->second, std::nullopt);
  for (const auto& [name, payload] : settings_)
    if (name != "qSupported") add(payload, std::nullopt);
  add(rsp::format_vfile_setfs(file_system_), std::nullopt);
  const auto thread = knowledge_.state().stopped_thread();
  for (const auto& [pid, key] : breakpoints_)
    if (thread && thread->pid.value_or(0) == pid) add(rsp::format_breakpoint({true, key, ""}), thread);
  return requests;
}

}  // namespace rspbridge::proxy::near
