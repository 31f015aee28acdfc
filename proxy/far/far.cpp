#include "proxy/far/far.hpp"

#include <utility>

#include "proxy/far/file_reader.hpp"
#include "rsp/escape.hpp"
#include "rsp/memory.hpp"
#include "rsp/stop_reply.hpp"

namespace rspbridge::proxy::far {

using link::Answer;
using link::Effect;
using rsp::StopReply;

namespace {

constexpr std::size_t pipeline_window = 128;  // jobs; the blocks read ahead are bounded by bytes, too

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

}  // namespace

Far::Far(Hooks hooks)
    : hooks_(std::move(hooks)),
      queue_({.notification = [this](std::string p) { on_notification(std::move(p)); },
              .complaint = [this](std::string text) { hooks_.warning("the stub " + text); },
              .sending = [this](const Job& job) { before_sending(job); }}),
      map_reader_(queue_) {}

void Far::start(std::function<void(bool is_stub)> ready) {
  queue_.submit(
      {.payload = "QStartNoAckMode", .done = [this, ready = std::move(ready)](std::string reply, bool) {
         const std::string_view answer = reply;
         const bool agreed = answer == "OK";
         if (agreed) queue_.set_no_ack();
         ready(agreed || answer.empty() || answer.starts_with('E'));
       }});
}

void Far::ask(std::string payload, Effect effect, Answer answer, std::function<void(std::string)> done) {
  auto on_reply = [this, request = payload, answer, done = std::move(done)](std::string reply, bool final) {
    if (!final) return;
    auto expanded = rsp::expand_runs(reply).value_or(reply);
    learn(request, answer, expanded);
    done(std::move(expanded));
  };
  queue_.submit(
      {.payload = std::move(payload), .effect = effect, .answer = answer, .done = std::move(on_reply)});
}

void Far::on_link(link::ToFar message) {
  std::visit(Overloaded{[this](link::Request& request) { on_request(std::move(request)); },
                        [this](link::Wanted& wanted) { wanted_ = std::move(wanted); },
                        [this](link::Interrupt&) { queue_.interrupt(); },
                        [this](link::GdbCame&) { queue_.interrupt(); },
                        [this](link::GdbGone& gone) {
                          queue_.abandon_gdb();
                          for (auto& undo : gone.undo)
                            ask(std::move(undo), Effect::looks, Answer::reply, [](auto) {});
                        }},
             message);
}

void Far::on_request(link::Request request) {
  if (request.effect != Effect::looks || selects_process(request.payload)) ahead_.clear();
  if (answered_ahead(request)) return;
  forward(std::move(request));
  read_ahead();
}

// Memory that was read ahead, and the map that says where that is safe, are one process's.
bool Far::selects_process(std::string_view payload) {
  if (!payload.starts_with("Hg")) return false;
  auto thread = rsp::parse_thread_id(payload.substr(2));
  const bool same = thread && general_thread_ && thread->pid == general_thread_->pid;
  if (!same && map_state_ != MapState::unavailable) map_state_ = MapState::unknown;
  return !same;
}

bool Far::answered_ahead(const link::Request& request) {
  auto read = rsp::parse_memory_read(request.payload);
  if (!read || non_stop_ || !quirks_.pipelines) return false;
  if (!packet_size_ || read->length > *packet_size_ / 2) return false;  // its reply may not fit
  auto deliver = [this, id = request.id](std::string payload) {
    hooks_.near(link::Reply{id, std::move(payload)});
  };
  if (!ahead_.take(*read, deliver)) return false;
  read_ahead();
  return true;
}

void Far::forward(link::Request request) {
  if (request.payload.starts_with("qXfer:features:read") && quirks_.needs_thread_for_features &&
      !thread_was_selected_)
    ask("Hg0", Effect::looks, Answer::reply, [](auto) {});
  if (request.thread) general_thread_ = request.thread;
  Job job{.payload = fit(request.payload),
          .effect = request.effect,
          .answer = request.answer,
          .thread = request.thread,
          .from_gdb = true};
  job.done = [this, id = request.id, asked = std::move(request.payload), effect = request.effect,
              answer = request.answer](std::string payload, bool final) {
    on_answer(id, asked, effect, answer, std::move(payload), final);
  };
  queue_.submit(std::move(job));
}

// GDB never asks for more than fits, but other clients do, and the stub would never answer them.
// A reply that is shorter than asked is allowed (GDB manual, `m`).
std::string Far::fit(std::string payload) const {
  auto read = quirks_.hangs_on_long_reads && packet_size_ ? rsp::parse_memory_read(payload) : std::nullopt;
  if (!read) return payload;
  const std::uint64_t most = *packet_size_ / 2;
  if (read->length <= most) return payload;
  read->length = most;
  return rsp::format_memory_read(*read);
}

void Far::before_sending(const Job& job) {
  if (job.payload.starts_with("Hg")) thread_was_selected_ = true;
  if (job.effect != Effect::looks) ahead_.clear();
  if (job.effect == Effect::resumes) nothing_left_ = false;
  if (job.effect == Effect::resumes && map_state_ != MapState::unavailable) map_state_ = MapState::unknown;
}

void Far::on_answer(link::RequestId id, const std::string& request, Effect effect, Answer answer,
                    std::string payload, bool final) {
  if (!final) return hooks_.near(link::Reply{id, std::move(payload), false});
  const std::string expanded = rsp::expand_runs(payload).value_or(payload);
  const link::StopId before = stop_;
  learn(request, answer, expanded);
  if (effect == Effect::changes && hooks_.changed) hooks_.changed(request, expanded);
  const bool stops = answer == Answer::stop || (answer == Answer::status && !non_stop_);
  if (stops && stop_ != before)
    gather({.id = id, .stop = stop_, .payload = std::move(payload)});
  else
    hooks_.near(link::Reply{id, std::move(payload), true});
}

void Far::learn(const std::string& request, Answer answer, const std::string& reply) {
  if (request.starts_with("qSupported")) return learn_features(reply);
  if (request == "k" || ((request.starts_with("D") || request.starts_with("vKill")) && reply == "OK")) {
    nothing_left_ = true;
    queue_.forget_selection();
  } else if (request == "QNonStop:1" && reply == "OK") {
    non_stop_ = true;
  } else if (request == "QNonStop:0" && reply == "OK") {
    non_stop_ = false;
  } else if (request.starts_with("Hg") && reply == "OK") {
    general_thread_ = rsp::parse_thread_id(std::string_view(request).substr(2));
  } else if (request.starts_with("vFile:setfs:") && reply.starts_with("F0")) {
    gdb_fs_ = static_cast<std::int64_t>(rsp::parse_hex(std::string_view(request).substr(12)).value_or(0));
  } else if (answer == Answer::stop || answer == Answer::status) {
    learn_stop(reply);
  }
}

void Far::on_notification(std::string payload) {
  if (payload.starts_with("Stop:")) learn_stop(rsp::expand_runs(payload).value_or(payload).substr(5));
  hooks_.near(link::Notification{std::move(payload)});
}

void Far::learn_stop(const std::string& reply) {
  if (reply.empty() || std::string_view("TSWX").find(reply.front()) == std::string_view::npos) return;
  auto stop = rsp::parse_stop_reply(reply);
  if (!stop) return;
  ++stop_;
  stop_reply_ = reply;
  stopped_thread_ = stop->thread;
  if (stop->thread && !non_stop_) {  // selected from now on
    general_thread_ = stop->thread;
    queue_.stub_selected(*stop->thread);
  }
  nothing_left_ = stop->kind == StopReply::Kind::exited || stop->kind == StopReply::Kind::signalled;
}

void Far::learn_features(const std::string& reply) {
  auto features = rsp::Features::parse(reply);
  const StubRow& stub = recognise_stub(features);
  quirks_ = stub.quirks;
  packet_size_ = features.packet_size();
  queue_.set_window(quirks_.pipelines ? pipeline_window : 1);
  hooks_.info("the stub is a " + std::string(stub.name) +
              (stub.why.empty() ? std::string() : "; minded: " + std::string(stub.why)));
}

std::optional<std::int64_t> Far::current_process() const {
  auto number = [](const rsp::ThreadId& id) -> std::optional<std::int64_t> {
    if (id.pid && *id.pid > 0) return *id.pid;
    return id.tid > 0 && !id.pid ? std::optional(id.tid) : std::nullopt;
  };
  if (general_thread_)
    if (auto pid = number(*general_thread_)) return pid;
  return stopped_thread_ ? number(*stopped_thread_) : std::nullopt;
}

void Far::read_ahead() {
  if (!ahead_.sequential() || non_stop_ || !quirks_.pipelines) return;
  if (map_state_ == MapState::known) return fetch_blocks();
  auto pid = current_process();
  if (map_state_ != MapState::unknown || !pid) return;
  map_state_ = MapState::asked;
  map_reader_.read(*pid, gdb_fs_, [this, stop = stop_](std::optional<std::string> text, std::string why_not) {
    if (map_state_ != MapState::asked || stop != stop_) return;
    auto map = text ? memmap::VmaMap::parse_maps(*text) : std::nullopt;
    map_state_ = map ? MapState::known : MapState::unavailable;
    if (text && !map) why_not = "/proc/PID/maps can't be understood";
    if (!map) return hooks_.info("memory is not read ahead: " + why_not);
    map_ = *std::move(map);
    fetch_blocks();
  });
}

void Far::fetch_blocks() {
  const auto generation = ahead_.generation();
  for (const rsp::MemoryRead& read : ahead_.plan(map_)) {
    queue_.submit(
        {.payload = rsp::format_memory_read(read), .done = [this, generation, read](std::string reply, bool) {
           ahead_.arrived(generation, read, std::move(reply));
         }});
  }
}

void Far::on_stub_bytes(std::string_view bytes) {
  queue_.on_bytes(bytes);
}

void Far::on_stub_closed(const std::string& reason) {
  hooks_.near(link::StubGone{nothing_left_, reason});
}

}  // namespace rspbridge::proxy::far
