#include "proxy/near/knowledge.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "rsp/escape.hpp"

namespace rspbridge::proxy::near {

using link::Effect;
using link::Request;
using link::StepHint;
using rsp::ThreadId;

namespace {

std::pair<std::int64_t, std::int64_t> numbers(const ThreadId& thread) {
  return {thread.pid.value_or(0), thread.tid};
}

}  // namespace

Knowledge::Knowledge(Hooks hooks, link::RequestId& last_id) : hooks_(std::move(hooks)), last_id_(last_id) {}

void Knowledge::forget() {
  drop_of_stop();
  drop_answers(Keep::program);
  drop_answers(Keep::session);
  drop_answers(Keep::trace);
  working_set_.forget();
  map_is_unavailable_ = false;
  drop_memory();
}

void Knowledge::drop_memory() {
  memory_.clear();
  ahead_.clear();
  advance_all();
}

std::optional<link::ToNear> Knowledge::next() {
  while (!for_clients_.empty()) {
    link::ToNear message = std::move(for_clients_.front());
    for_clients_.pop_front();
    if (!is_own(message)) return message;
  }
  return std::nullopt;
}

// Whether the message answers one that isn't a client's, which gets it.
bool Knowledge::is_own(const link::ToNear& message) {
  const auto* reply = std::get_if<link::Reply>(&message);
  const auto* stop = std::get_if<link::StopBundle>(&message);
  const auto* refused = std::get_if<link::Refused>(&message);
  const link::RequestId id = reply ? reply->id : stop ? stop->id : refused ? refused->id : 0;
  const auto found = own_.find(id);
  if (found == own_.end()) return false;
  if (reply && !reply->final) return true;
  const auto done = std::move(found->second);
  own_.erase(found);
  if (refused) return done(std::nullopt), true;
  const std::string& payload = reply ? reply->payload : stop->payload;
  done(rsp::expand_runs(payload).value_or(payload));
  return true;
}

void Knowledge::ask(Request request, std::function<void(std::optional<std::string>)> done) {
  request.id = ++last_id_;
  request.of_gdb = false;
  if (request.answer != link::Answer::none) own_[request.id] = std::move(done);
  on_request(std::move(request));
}

void Knowledge::gdb_gone(std::vector<UndoLedger::Entry> undo) {
  pass_undecided();
  inserted_.clear();
  hooks_.far(link::GdbGone{});
  // It may have been told of a stop that is past (StepOver).
  if (std::exchange(hinted_, StepHint::Calls::none) != StepHint::Calls::none) drop_of_stop(), drop_memory();
  for (UndoLedger::Entry& entry : undo) {
    const Effect effect = row_for(entry.packet).effect;
    // Any thread of the process that it belongs to.
    const bool of_process = entry.process && !entry.process->empty();
    auto thread = of_process ? rsp::parse_thread_id(*entry.process + ".0") : std::nullopt;
    ask({.payload = std::move(entry.packet), .effect = effect, .thread = std::move(thread)},
        [](const auto&) {});
  }
}

bool Knowledge::running() const {
  return std::any_of(passed_.begin(), passed_.end(),
                     [](const auto& item) { return item.second.answer == link::Answer::stop; });
}

void Knowledge::to_far(link::ToFar message) {
  if (auto* request = std::get_if<Request>(&message)) return on_request(std::move(*request));
  if (const auto* given = std::get_if<link::Symbols>(&message)) symbols_given_ = !given->symbols.empty();
  if (std::holds_alternative<link::StopTarget>(message) && keeps()) hooks_.far(wanted());
  if (auto* hint = std::get_if<StepHint>(&message)) {
    if (working_set_.machine()) hint->machine = working_set_.machine()->machine;
    hinted_ = std::max(hinted_, hint->calls);
    // The helper will list the libraries before the first `step`.
    if (hinted_ == StepHint::Calls::all)
      working_set_.asked(std::nullopt, "qXfer:libraries-svr4:read::0,1000");
  }
  hooks_.far(std::move(message));
}

void Knowledge::on_request(Request request) {
  if (!request.waits && !looks()) {
    for_clients_.push_back(link::Refused{request.id});
    return;
  }
  const PacketRow& row = row_for(request.payload);
  if (keeps() && promises(request, row)) return;
  if (request.effect != Effect::looks) pass_undecided();
  if (request.effect == Effect::resumes)
    before_resume(request);
  else if (request.effect == Effect::changes)
    before_change(request, row);
  else if (keeps())
    return look(std::move(request));
  else
    ++asked_;
  count_trip(request);
  pass(std::move(request));
}

Knowledge::Key Knowledge::key_of(const PacketRow& row, const std::optional<ThreadId>& thread,
                                 std::string payload) const {
  // A thread that isn't known to live is asked for each time.
  const bool of_thread = row.keep == Keep::select || row.keep == Keep::alive;
  Key key{of_thread ? Keep::never : row.keep, std::nullopt, std::move(payload)};
  if (row.keep == Keep::registers) key.thread = thread;
  // "p0.0" and no thread at all are any process: the one that stopped, which may not be known yet.
  if (row.keep == Keep::program) {
    const std::int64_t pid = thread ? thread->pid.value_or(0) : 0;
    const auto& stopped = state_.stopped_thread();
    key.thread = ThreadId{stopped && stopped->pid == pid ? 0 : pid, -1};
  }
  return key;
}

void Knowledge::look(Request request) {
  const PacketRow& row = row_for(request.payload);
  if (row.name == "qSupported") {  // what is agreed upon decides what the stub says of itself and the program
    drop_answers(Keep::session);
    drop_answers(Keep::trace);
    drop_answers(Keep::program);
    const bool of_gdb = request.of_gdb;
    ask_stub(std::move(request));
    if (of_gdb) ask_ahead();
    return;
  }
  if (row.keep == Keep::never || row.keep == Keep::nothing || row.keep == Keep::promise) {
    if (!take_ahead(request)) ask_stub(std::move(request));
    return;
  }
  if (row.keep == Keep::memory) {
    if (!read_memory(request) && !read_in_bulk(request)) ask_stub(std::move(request));
    return;
  }
  if (row.keep == Keep::select || row.keep == Keep::alive) {
    if (!lives(request)) {
      if (!take_ahead(request)) ask_stub(std::move(request));
      return;
    }
    if (row.keep == Keep::select) state_.answered(request.payload, request.answer, "OK");
    ++answered_;
    return reply_to(request.id, "OK");
  }
  Key key = key_of(row, request.thread, request.payload);
  const bool of_stop = row.keep == Keep::registers || row.keep == Keep::stop;
  if (of_stop && row.answer == link::Answer::reply) working_set_.asked(key.thread, request.payload);
  const bool of_another = request.payload == "g" && request.thread != state_.stopped_thread();
  if (of_another && request.of_gdb && !std::exchange(stacks_asked_, true)) look_at_stacks();
  const auto found = answers_.find(key);
  if (found == answers_.end()) {
    const auto thread = request.thread;
    ask_stub(std::move(request), std::move(key));
    if (of_another) ask_other_threads(thread);
    return;
  }
  if (found->second.payload) {
    ++answered_;
    return reply_to(request.id, *found->second.payload);
  }
  ++awaited_;
  found->second.waiting.push_back(std::move(request));
}

bool Knowledge::lives(const Request& request) const {
  std::string_view text = request.payload;
  if (text.starts_with("Hg"))
    text.remove_prefix(2);
  else if (text.starts_with('T'))
    text.remove_prefix(1);
  else
    return false;
  const auto thread = rsp::parse_thread_id(text);
  if (!thread) return false;
  // "Any thread" is one that lives, where there is one.
  if (request.payload.starts_with('H') && thread->tid == 0) return !alive_.empty();
  return thread->is_specific() && alive_.contains(numbers(*thread));
}

void Knowledge::ask_stub(Request request, std::optional<Key> key) {
  ++asked_;
  count_trip(request);
  pass(std::move(request), std::move(key));
}

void Knowledge::pass(Request request, std::optional<Key> key) {
  if (key) answers_[*key] = Answer{.payload = {}, .id = request.id, .waiting = {}};
  request.whole = key.has_value();
  const bool answered = request.answer != link::Answer::none;
  if (request.effect == Effect::resumes && answered) resumes_.insert(request.id);
  if (request.effect == Effect::resumes) state_.resumes();
  if (request.thread && request.of_gdb) state_.selected(*request.thread);
  if (answered)
    passed_[request.id] = Passed{std::move(key), std::nullopt,   request.payload, request.effect,
                                 request.answer, request.of_gdb, request.thread};
  else
    state_.answered(request.payload, request.answer, "");
  hooks_.far(std::move(request));
}

void Knowledge::expect_look_around() {
  constexpr std::size_t most = 16;
  constexpr std::chrono::milliseconds slow{5};  // nearer by, asking costs less than what nobody may want
  const auto& stopped = state_.stopped_thread();
  if (!stopped || alive_.size() > most || hooks_.link().rtt.value_or(slow) < slow) return;
  for (const auto& [pid, tid] : alive_)
    if (pid == stopped->pid.value_or(0) && tid != stopped->tid)
      working_set_.asked(ThreadId{stopped->pid, tid}, "g");
}

void Knowledge::reply_to(link::RequestId id, std::string payload) {
  for_clients_.push_back(link::Reply{id, std::move(payload)});
}

}  // namespace rspbridge::proxy::near
