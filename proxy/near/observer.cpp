#include "proxy/near/observer.hpp"

#include <algorithm>
#include <variant>

#include "proxy/near/packet_table.hpp"
#include "rsp/escape.hpp"
#include "rsp/thread_id.hpp"
#include "rsp/vfile.hpp"

namespace rspbridge::proxy::near {

using link::Answer;
using link::Effect;
using link::Request;

namespace {

constexpr std::uint64_t not_permitted = 1, busy = 16;    // EPERM, EBUSY (GDB manual, "Errno Values")
constexpr std::uint64_t access_mode = 3, read_only = 0;  // of an open's flags ("Open Flags")
// GDB 13 takes an error in words for data where it expects some (remote.c, packet_check_result).
constexpr const char* no_words = "E01";
constexpr const char* how_to_take = "`monitor rspbridge take` hands control over";

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
  if (interrupts && waits_ && waits_->of_resume && is_standing())  // a person wants the prompt back
    return tell_stop(*std::exchange(waits_, std::nullopt));
  if (interrupts && waits_ && !hooks_.controlled()) return hooks_.far(link::StopTarget{});
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
  // What Hg selects in the stub is none of its business.
  const bool of_thread = std::string_view("gpmxqT").find(request.payload[0]) != std::string_view::npos;
  if (of_thread && (!request.thread || !request.thread->is_specific()))
    request.thread = seen_ ? seen_thread_ : knowledge_.state().stopped_thread();
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

void Observer::wait_for_stop(const Request& request) {
  const bool is_behind = knowledge_.looks() && seen_ != knowledge_.state().stop_id();
  const bool owed = std::exchange(owes_stop_, false);
  waits_ = Wait{request.id, true, only_thread(request.payload)};
  if (owed && !is_behind && is_standing() && waits_->stepped.empty())
    return tell_stop(*std::exchange(waits_, std::nullopt));
  if (is_behind && is_standing()) return stands();
  if (is_behind || std::exchange(was_told_, true)) return;
  say("this GDB observes, and resumes nothing: it waits for the next stop; " + hooks_.who() +
      " controls the target; " + how_to_take);
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
    const Effect effect = row_for(payload).effect;
    requests.push_back({.payload = std::move(payload), .effect = effect, .thread = thread});
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
