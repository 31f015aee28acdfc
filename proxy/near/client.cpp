#include "proxy/near/client.hpp"

#include <algorithm>
#include <utility>

#include "rsp/escape.hpp"
#include "rsp/stop_reply.hpp"

namespace rspbridge::proxy::near {

using link::Answer;

Client::Client(Hooks hooks, Shared& shared, ViewSettings view)
    : hooks_(std::move(hooks)),
      shared_(shared),
      file_system_(shared.file_system),
      view_(*this, std::move(view)) {}

void Client::on_gdb_bytes(std::string_view bytes) {
  gdb_.feed(bytes);
  while (auto event = gdb_.next()) {
    switch (event->kind) {
      case rsp::Event::Kind::packet:
        on_packet(std::move(event->payload));
        break;
      case rsp::Event::Kind::interrupt:
        hooks_.far(link::Interrupt{});
        break;
      case rsp::Event::Kind::notification:
        hooks_.warning("GDB sent a notification, which only stubs do");
        break;
      case rsp::Event::Kind::oversize:
      case rsp::Event::Kind::protocol_error:
        hooks_.warning("GDB: " + event->payload);
        break;
    }
  }
}

// Who gets no acknowledgement in time sends the packet again (GDB manual, "Packet Acknowledgment"), and never
// sends another one before the reply.
bool Client::is_retransmission(const std::string& payload) const {
  return !gdb_.no_ack() && !slots_.empty() && !slots_.back().reply && slots_.back().request == payload;
}

// What a view makes of a packet may take several requests, and GDB's next packet must not come between.
void Client::on_packet(std::string payload) {
  if (is_retransmission(payload)) return;
  if (task_ || !incoming_.empty()) return incoming_.push_back(std::move(payload));
  begin(std::move(payload));
  go_on();
}

void Client::begin(std::string payload) {
  const PacketRow& row = row_for(payload);
  awaits_reply_ = row.answer != Answer::stop;
  if (const ViewHandler handler = view_.handler(row)) {
    slots_.push_back({.id = 0, .request = payload, .row = nullptr});
    task_ = handler(view_, row, std::move(payload));
    in_task_ = true;
    task_->start();
    in_task_ = false;
  } else if (row.on_request) {
    row.on_request(*this, row, payload);
  } else {
    forward(row, payload);
  }
}

void Client::go_on() {
  while (!in_task_ && task_ ? task_->done() : !in_task_ && !incoming_.empty()) {
    if (task_) {
      slots_.back().reply = std::exchange(task_, std::nullopt)->take();
      flush();
    } else {
      std::string payload = std::move(incoming_.front());
      incoming_.pop_front();
      begin(std::move(payload));
    }
  }
}

Asked Client::ask(std::string payload, link::Effect effect, Answer answer) {
  return {*this, {request(std::move(payload), effect, answer)}, nullptr};
}

AskedAll Client::ask_all(std::vector<std::string> payloads) {
  std::vector<link::Request> requests;
  for (std::string& payload : payloads)
    requests.push_back(request(std::move(payload), link::Effect::looks, Answer::reply));
  return {*this, std::move(requests), nullptr};
}

Asked Client::pass(const PacketRow& row, std::string payload) {
  drop_files_ahead(row);
  const Answer answer = non_stop_ && row.answer == Answer::stop ? Answer::status : row.answer;
  return {*this, {request(std::move(payload), row.effect, answer)}, &row};
}

void AskedAll::await_suspend(std::coroutine_handle<> waiter) {
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    client_.waiting_[requests_[i].id] = {this, i, waiter};
    client_.hooks_.far(requests_[i]);
  }
}

void Client::resume(link::RequestId id, const std::string& payload, bool final) {
  auto found = waiting_.find(id);
  AskedAll& asked = *found->second.asked;
  if (!final) {
    if (asked.row_) gdb_.send(payload);
    return;
  }
  const Waiting waiting = found->second;
  waiting_.erase(found);
  std::string& reply = asked.replies_[waiting.index];
  reply = rsp::expand_runs(payload).value_or(payload);
  if (asked.row_ && asked.row_->answer == Answer::status) look_into_stop(payload);
  if (asked.row_ && asked.row_->on_reply)
    asked.row_->on_reply(*this, asked.requests_[waiting.index].payload, reply);
  if (++asked.answered_ == asked.requests_.size()) go_on_with(waiting.waiter);
}

void Client::go_on_with(std::coroutine_handle<> waiter) {
  in_task_ = true;
  waiter.resume();
  in_task_ = false;
  go_on();
}

void Client::answer(std::string reply) {
  slots_.push_back({.reply = std::move(reply)});
  flush();
}

void Client::give_hint(link::StepHint hint) {
  if (hint == hint_) return;
  hint_ = hint;
  hooks_.far(std::move(hint));
}

void Client::take_control() {
  shared_.file_system = file_system_;
  if (hint_ != link::StepHint{}) hooks_.far(hint_);
}

void Client::set_file_system(std::int64_t pid) {
  file_system_ = pid;
  if (hooks_.controls()) shared_.file_system = pid;
}

void Client::agree_no_ack() {
  slots_.push_back({.reply = "OK", .then_no_ack = true});
  flush();
}

void Client::forward(const PacketRow& row, std::string_view payload) {
  drop_files_ahead(row);
  // In non-stop mode a resume is answered at once, and its stop comes as a notification.
  const Answer answer = non_stop_ && row.answer == Answer::stop ? Answer::status : row.answer;
  link::Request sent = request(std::string(payload), row.effect, answer);
  if (answer != Answer::none) slots_.push_back({.id = sent.id, .request = std::string(payload), .row = &row});
  hooks_.far(std::move(sent));
}

// Registers, memory, breakpoints and queries are about what Hg selected; a resume names its threads.
link::Request Client::request(std::string payload, link::Effect effect, Answer answer) {
  link::Request made{++shared_.last_id, std::move(payload), effect, answer};
  const bool looked_up = made.payload.starts_with("qSymbol:") && made.payload != "qSymbol::";
  const bool of_thread =
      std::string_view("gGpPmMxXZzq").find(made.payload[0]) != std::string_view::npos && !looked_up;
  if (of_thread && effect != link::Effect::resumes) made.thread = selected_thread();
  return made;
}

void Client::process_left(const std::string& process) {
  undo_.forget_process(process);
  if (process.empty() || general_process().empty() || general_process() == process) general_thread_.clear();
}

std::optional<rsp::ThreadId> Client::selected_thread() const {
  return general_thread_.empty() ? std::nullopt
                                 : rsp::parse_thread_id(std::string_view(general_thread_).substr(2));
}

void Client::on_link(const link::ToNear& message) {
  if (auto* reply = std::get_if<link::Reply>(&message)) {
    on_reply(reply->id, reply->payload, reply->final);
  } else if (auto* stop = std::get_if<link::StopBundle>(&message)) {
    look_into_stop(stop->payload);
    on_reply(stop->id, stop->payload, true);
  } else if (auto* notification = std::get_if<link::Notification>(&message)) {
    if (notification->payload.starts_with("Stop:"))
      look_into_stop(std::string_view(notification->payload).substr(5));
    gdb_.send_notification(view_.on_notification(notification->payload));
  } else if (auto* seen = std::get_if<link::FileSeen>(&message)) {
    on_file_seen(*seen);
  }
}

void Client::look_into_stop(std::string_view stop_reply) {
  if (stop_reply.empty() || std::string_view("TWX").find(stop_reply.front()) == std::string_view::npos)
    return;
  auto expanded = rsp::expand_runs(stop_reply);
  auto stop = expanded ? rsp::parse_stop_reply(*expanded) : std::nullopt;
  if (!stop) return;
  if (stop->kind == rsp::StopReply::Kind::stopped) {
    // In all-stop mode the thread that stopped is selected from then on.
    if (stop->thread && !non_stop_) general_thread_ = "Hg" + rsp::format_thread_id(*stop->thread);
    return;
  }
  const bool named = stop->thread && stop->thread->pid;
  process_left(named ? "p" + rsp::format_hex(static_cast<std::uint64_t>(*stop->thread->pid)) : std::string());
}

void Client::on_reply(link::RequestId id, const std::string& payload, bool final) {
  if (waiting_.contains(id)) return resume(id, payload, final);
  auto slot =
      std::find_if(slots_.begin(), slots_.end(), [&](const Slot& s) { return s.id == id && id != 0; });
  if (slot == slots_.end()) return;  // asked by a GDB that is gone
  if (!final) return gdb_.send(payload);
  if (slot->row->answer == Answer::status) look_into_stop(payload);
  slot->reply = payload;
  if (slot->row->on_reply) {
    if (slot->row->fate == Fate::rewrite) slot->reply = rsp::expand_runs(payload).value_or(payload);
    slot->row->on_reply(*this, slot->request, *slot->reply);
  }
  flush();
}

void Client::flush() {
  while (!slots_.empty() && slots_.front().reply) {
    Slot slot = std::move(slots_.front());
    slots_.pop_front();
    gdb_.send(*slot.reply);
    if (slot.then_no_ack) gdb_.set_no_ack();
  }
}

std::string Client::general_process() const {
  if (!general_thread_.starts_with("Hgp")) return {};
  const std::string process = general_thread_.substr(2, general_thread_.find('.') - 2);
  return process == "p0" || process == "p-1" ? std::string() : process;  // any, all
}

std::vector<UndoLedger::Entry> Client::on_gdb_closed() {
  // What is under way counts as done: taking back too much does no harm, a breakpoint left behind does.
  for (auto& [id, waiting] : waiting_) {
    std::string assumed = "OK";
    const PacketRow* row = waiting.asked->row_;
    if (row && row->on_reply && row->fate == Fate::forward)
      row->on_reply(*this, waiting.asked->requests_[waiting.index].payload, assumed);
  }
  waiting_.clear();
  looking_.clear();
  files_ahead_.clear();
  incoming_.clear();
  task_.reset();
  for (Slot& slot : slots_) {
    std::string assumed = "OK";
    if (!slot.reply && slot.row && slot.row->on_reply && slot.row->fate == Fate::forward)
      slot.row->on_reply(*this, slot.request, assumed);
  }
  slots_.clear();
  return undo_.take();
}

}  // namespace rspbridge::proxy::near
