#include "proxy/far/stub_queue.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "rsp/escape.hpp"
#include "rsp/stop_reply.hpp"

namespace rspbridge::proxy::far {

using link::Answer;

namespace {

bool is_console_output(std::string_view payload) {
  return payload.starts_with('O') && payload != "OK";
}

// A stop reply where none can be an answer. Only `x` answers with bytes that could read as one.
bool is_stray_stop(const Job& job, std::string_view payload) {
  if (job.answer == Answer::stop || job.answer == Answer::status || job.payload.starts_with('x'))
    return false;
  if (payload.empty() || std::string_view("TSWXwN").find(payload.front()) == std::string_view::npos)
    return false;
  auto expanded = rsp::expand_runs(payload);
  return expanded && rsp::parse_stop_reply(*expanded);
}

}  // namespace

void StubQueue::submit(Job job) {
  if (looks_up_ && job.payload.starts_with("qSymbol:")) return submit_next(std::move(job));
  const auto outside = std::find_if(waiting_.begin(), waiting_.end(), [](const Job& j) { return !j.within; });
  waiting_.insert(job.within ? outside : waiting_.end(), std::move(job));
  pump();
}

void StubQueue::submit_next(Job job) {
  waiting_.push_front(std::move(job));
  pump();
}

void StubQueue::set_window(std::size_t jobs) {
  window_ = std::max<std::size_t>(jobs, 1);
  pump();
}

bool StubQueue::running() const noexcept {
  return std::any_of(in_flight_.begin(), in_flight_.end(),
                     [](const Job& j) { return j.answer == Answer::stop; });
}

void StubQueue::interrupt(bool holds) {
  if (running()) return endpoint_.send_interrupt();
  interrupt_pending_ =
      interrupt_pending_ || (holds && !resume_failed_) ||
      std::any_of(waiting_.begin(), waiting_.end(), [](const Job& j) { return j.answer == Answer::stop; });
}

void StubQueue::stub_selected(rsp::ThreadId thread) {
  selection_ = std::make_shared<Selection>(Selection{thread, Selection::State::done});
}

bool StubQueue::may_go() {
  Job& job = waiting_.front();
  if (held_ && !job.within) return false;
  if (!in_flight_.empty() && in_flight_.front().alone) return false;
  if (looks_up_ && !job.payload.starts_with("qSymbol:")) return false;
  const bool alone = job.alone || job.veto || (job.answer == Answer::stop && window_ == 1);
  if (running() || in_flight_.size() >= (alone ? 1 : window_)) return false;
  if (job.thread && !job.selection) {
    if (!selection_ || selection_->thread != *job.thread)
      send({.payload = "Hg" + rsp::format_thread_id(*job.thread)});
    job.selection = selection_;
    return may_go();
  }
  return !job.selection || job.selection->state != Selection::State::asked ||
         job.effect == link::Effect::looks;
}

bool StubQueue::ends_unsent() {
  Job& job = waiting_.front();
  const bool refused = job.selection && job.selection->state == Selection::State::refused;
  std::optional<std::string> instead;
  if (!refused && job.veto) instead = job.veto();
  if (!refused && !instead) return false;
  // An error: there is nothing to interrupt. Otherwise it is a stop, from which GDB may go on.
  if (instead && job.effect == link::Effect::resumes) resume_failed_ = instead->starts_with('E');
  interrupt_pending_ = interrupt_pending_ && !resume_failed_;
  const Job ended = std::move(job);
  waiting_.pop_front();
  std::string answer;
  if (instead) answer = *std::move(instead);
  end(ended, std::move(answer));
  return true;
}

void StubQueue::pump() {
  while (!waiting_.empty() && may_go()) {
    if (ends_unsent()) continue;
    Job job = std::move(waiting_.front());
    waiting_.pop_front();
    send(std::move(job));
  }
}

void StubQueue::send(Job job) {
  const bool resumes = job.answer == Answer::stop;
  if (hooks_.sending) hooks_.sending(job);
  endpoint_.send(job.payload);
  killed_ = job.payload == "k";
  if (job.payload.starts_with("Hg")) {
    auto thread = rsp::parse_thread_id(std::string_view(job.payload).substr(2));
    selection_ = thread ? std::make_shared<Selection>(Selection{*thread}) : nullptr;
    job.done = [this, selection = selection_, done = std::move(job.done)](std::string reply, bool final) {
      const bool good = std::string_view(reply) == "OK";
      if (selection) selection->state = good ? Selection::State::done : Selection::State::refused;
      if (!good && selection_ == selection) selection_ = nullptr;
      if (done) done(std::move(reply), final);
    };
  }
  if (job.answer == Answer::none) {
    if (job.done) job.done({}, true);
    return;
  }
  in_flight_.push_back(std::move(job));
  if (!resumes) return;
  resume_failed_ = false;
  if (std::exchange(interrupt_pending_, false)) endpoint_.send_interrupt();
}

void StubQueue::on_bytes(std::string_view bytes) {
  endpoint_.feed(bytes);
  while (auto event = endpoint_.next()) {
    switch (event->kind) {
      case rsp::Event::Kind::packet:
        on_packet(std::move(event->payload));
        break;
      case rsp::Event::Kind::notification:
        hooks_.notification(std::move(event->payload));
        break;
      case rsp::Event::Kind::interrupt:
        hooks_.complaint("sent a ^C");
        break;
      case rsp::Event::Kind::oversize:
        hooks_.complaint("broke the protocol: " + event->payload);
        if (!in_flight_.empty()) finish_front("E.the stub's answer was too long");
        break;
      case rsp::Event::Kind::protocol_error:
        hooks_.complaint("broke the protocol: " + event->payload);
        break;
    }
  }
  pump();
}

void StubQueue::on_packet(std::string payload) {
  if (in_flight_.empty()) {
    if (killed_ && (payload.starts_with('W') || payload.starts_with('X'))) return;  // qemu-user answers k
    hooks_.complaint("sent a packet that nothing asked for, dropped: " + payload.substr(0, 80));
    return;
  }
  Job& job = in_flight_.front();
  if (is_stray_stop(job, payload)) {
    hooks_.complaint("sent a stop reply that nothing asked for, dropped: " + payload.substr(0, 80));
    return;
  }
  const bool may_print = job.answer == Answer::stop || job.answer == Answer::console;
  if (may_print && is_console_output(payload)) {
    if (job.done) job.done(std::move(payload), false);
    return;
  }
  finish_front(std::move(payload));
}

void StubQueue::finish_front(std::string payload) {
  const Job job = std::move(in_flight_.front());
  in_flight_.pop_front();
  end(job, std::move(payload));
}

// What the stub says of another thread than was asked about is no answer.
void StubQueue::end(const Job& job, std::string payload) {
  const bool refused = job.selection && job.selection->state == Selection::State::refused;
  if (refused && job.no_thread) return job.no_thread();
  // GDB takes a sentence for an error in answer to some packets only.
  if (refused && job.from_gdb) payload = "E01";
  if (refused && !job.from_gdb)
    payload = std::string(link::no_such_thread) + ' ' + rsp::format_thread_id(*job.thread);
  if (job.done) job.done(std::move(payload), true);
}

void StubQueue::abandon_gdb() {
  std::deque<Job> dropped, kept;
  // One that waited only to see that breakpoints are set would have reached a stub without us.
  for (Job& job : waiting_) (job.from_gdb && !job.veto ? dropped : kept).push_back(std::move(job));
  waiting_ = std::move(kept);
  for (const Job& job : dropped) end(job, "E.GDB is gone");
  looks_up_ = false;
  interrupt_pending_ = false;
}

}  // namespace rspbridge::proxy::far
