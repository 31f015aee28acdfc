#include "proxy/far/far.hpp"

#include <utility>

#include "proxy/far/file_looker.hpp"
#include "rsp/breakpoint.hpp"
#include "rsp/escape.hpp"
#include "rsp/memory.hpp"
#include "rsp/stop_reply.hpp"

namespace rspbridge::proxy::far {

using link::Answer;
using link::Effect;
using link::Promise;
using rsp::StopReply;

namespace {

constexpr std::size_t pipeline_window = 128;  // jobs; the blocks read ahead are bounded by bytes, too

bool continues(const link::Request& request) {
  std::string_view resume = request.payload;
  if (resume.starts_with("vCont;")) resume.remove_prefix(6);
  return request.effect == Effect::resumes && (resume.starts_with('c') || resume.starts_with('C'));
}

bool resumes_thread(std::string_view resume) {
  return resume.starts_with("vCont;") ||
         std::string_view("cCsSi").find(resume.front()) != std::string_view::npos;
}

// Of a breakpoint: its process and place.
std::pair<std::int64_t, std::string> key_of(const link::Request& request) {
  return {request.thread ? request.thread->pid.value_or(0) : 0, request.payload.substr(1)};
}

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

}  // namespace

Far::Far(link::SendToNear near, Stub stub, ProcessAccess* access)
    : near_(std::move(near)),
      stub_(stub),
      queue_({.notification = [this](std::string p) { on_notification(std::move(p)); },
              .complaint =
                  [this](const std::string& text) {
                    near_(link::Log{true, "the stub " + text});
                  },
              .sending = [this](const Job& job) { before_sending(job); }}),
      steps_(queue_, {.stopped = [this](const link::Request& resume,
                                        const std::string& stop) { tell(resume, stop, stop); },
                      .output =
                          [this](const link::Request& resume, std::string output) {
                            near_(link::Reply{resume.id, std::move(output), false});
                          }}),
      map_reader_(queue_),
      process_(access, queue_) {}

void Far::open() {
  queue_.submit({.payload = "QStartNoAckMode", .done = [this](const std::string& reply, bool) {
                   const std::string_view answer = reply;
                   const bool agreed = answer == "OK";
                   if (agreed) queue_.set_no_ack();
                   near_(link::Opened{agreed || answer.empty() || answer.starts_with('E')});
                 }});
}

void Far::read_file(const link::ReadFile& request) {
  const auto by_stub = [this, request] {
    far::read_file(queue_, request, gdb_fs_, [this](link::FileRead read) { near_(std::move(read)); });
  };
  const auto ready = [this, by_stub, id = request.id](std::optional<std::string> text, std::string why_not) {
    if (!text && why_not.empty()) return by_stub();
    near_(link::FileRead{id, std::move(text), std::move(why_not)});
  };
  if (!undisturbed() || !process_.read_file(request.path, ready)) by_stub();
}

void Far::on_link(link::ToFar message) {
  std::visit(
      Overloaded{
          [this](link::Request& request) { on_request(std::move(request)); }, [this](link::Open&) { open(); },
          [this](link::ReadFile& request) { read_file(request); },
          [this](link::Wanted& wanted) { wanted_ = std::move(wanted); },
          [this](link::Symbols& given) {
            symbols_.clear();
            for (auto& [name, value] : given.symbols) symbols_[name] = value;
          },
          [this](link::LookAtFile& request) {
            look_at_file(queue_, request, gdb_fs_, [this](link::FileSeen seen) { near_(std::move(seen)); });
          },
          [this](link::StepHint& hint) {
            if (stub_ == Stub::beside) steps_.set_hint(std::move(hint));
          },
          [this](link::Interrupt&) { interrupt(true); }, [this](link::StopTarget&) { interrupt(false); },
          [this](link::GdbGone&) {
            queue_.abandon_gdb();
            steps_.gdb_gone();
            broken_.clear();
          }},
      message);
}

void Far::interrupt(bool holds) {
  if (steps_.runs() && !queue_.running()) return steps_.interrupt_next(holds);
  queue_.interrupt(holds);
}

// In non-stop mode threads run at any time.
bool Far::refuses(const link::Request& request) const {
  return !request.waits &&
         (state_.non_stop() || queue_.has([](const Job& job) { return job.effect == Effect::resumes; }));
}

void Far::on_request(link::Request request) {
  if (refuses(request)) return near_(link::Refused{request.id});
  forward(std::move(request));
}

bool Far::answered_from_before(const link::Request& request) {
  if (!steps_.is_ahead()) return false;
  auto said = steps_.said_before(request);
  if (!said && request.payload.find_first_of("GP") == 0) {
    said = "E.the thread has gone on since the stop that GDB knows of";
    near_(link::Log{true, "GDB writes a register amid a step, which can't be done: the thread has gone on"});
  }
  if (said) near_(link::Reply{request.id, *std::move(said)});
  return said.has_value();
}

void Far::forward(link::Request request) {
  if (answered_from_before(request) || read_directly(request)) return;
  if (request.payload.starts_with("qXfer:features:read") && state_.quirks().needs_thread_for_features &&
      !thread_was_selected_)
    queue_.submit({.payload = "Hg0"});
  if (request.thread && request.of_gdb) state_.selected(*request.thread);
  Job job{.payload = fit(request.payload),
          .effect = request.effect,
          .answer = request.answer,
          .thread = request.thread,
          .from_gdb = request.of_gdb};
  promised_ = promised_ || request.promised == Promise::made ||
              (request.promised == Promise::certain && stub_ == Stub::beside);
  if (request.effect == Effect::resumes) runs_on_ = continues(request);
  if (request.payload.starts_with("Z0") || request.payload.starts_with("z0")) broken_.erase(key_of(request));
  if (const auto breakpoint = rsp::parse_breakpoint(request.payload)) {
    steps_.sees(*breakpoint);
    process_.sees(*breakpoint);
  }
  if (request.effect == Effect::resumes && !resumes_thread(request.payload)) {
    broken_.clear();
    steps_.forget_breakpoints();
  }
  // A step goes nowhere that a breakpoint could matter to, and tells GDB if the process is gone.
  const bool unsure = continues(request) && (std::exchange(promised_, false) || !broken_.empty());
  if (unsure || (steps_.is_ahead() && request.effect == Effect::resumes))
    job.veto = [this, request, unsure]() -> std::optional<std::string> {
      auto why_not = unsure ? why_not_resume() : std::nullopt;
      return why_not ? why_not : happened_since(request);
    };
  job.alone = request.payload.starts_with("qSymbol:");
  job.done = [this, request = std::move(request)](std::string payload, bool final) {
    on_answer(request, std::move(payload), final);
  };
  if (job.payload.starts_with("vFile:setfs:")) follow_file_system(job);
  queue_.submit(std::move(job));
}

// What is asked from now on reaches the stub after this one.
void Far::follow_file_system(Job& job) {
  const auto number = rsp::parse_hex(std::string_view(job.payload).substr(12));
  if (!number) return;
  const std::int64_t before = std::exchange(gdb_fs_, static_cast<std::int64_t>(*number));
  job.done = [this, before, done = std::move(job.done)](std::string payload, bool final) {
    if (!payload.starts_with("F0")) gdb_fs_ = before;
    done(std::move(payload), final);
  };
}

// GDB never asks for more than fits, but other clients do, and the stub would never answer them.
// A reply that is shorter than asked is allowed (GDB manual, `m`).
std::string Far::fit(std::string payload) const {
  auto read = state_.quirks().hangs_on_long_reads && state_.packet_size() ? rsp::parse_memory_read(payload)
                                                                          : std::nullopt;
  if (!read) return payload;
  const std::uint64_t most = *state_.packet_size() / 2;
  if (read->length <= most) return payload;
  read->length = most;
  return rsp::format_memory_read(*read);
}

void Far::before_sending(const Job& job) {
  if (job.payload.starts_with("Hg")) thread_was_selected_ = true;
  if (job.effect != Effect::resumes) return;
  state_.resumes();
  process_.resumes();
}

void Far::on_answer(const link::Request& request, std::string payload, bool final) {
  if (!final) return near_(link::Reply{request.id, std::move(payload), false});
  const std::string reply = rsp::expand_runs(payload).value_or(payload);
  if (looked_up(request, reply)) return;
  if (!state_.non_stop() && steps_.takes(request, reply)) return;
  if (request.promised != Promise::none && std::string_view(reply) != "OK") refused(request, reply);
  if (request.payload.starts_with("qSupported")) learn_features(reply);
  tell(request, std::move(payload), reply);
}

void Far::tell(const link::Request& request, std::string payload, const std::string& reply) {
  const bool stopped = state_.answered(request.payload, request.answer, reply);
  if (state_.nothing_left() && request.effect == Effect::resumes) {
    queue_.process_gone();
    process_.process_gone();
  }
  if (!stopped || state_.non_stop()) {
    near_(link::Reply{request.id, payload, true});
    if (request.whole) follow(request.thread, request.payload, payload);
    return;
  }
  if (const auto& thread = state_.stopped_thread()) queue_.stub_selected(*thread);
  gather({.id = request.id, .stop = state_.stop_id(), .payload = std::move(payload)});
}

// The stub asks for one after another, and wants no other packet in between.
bool Far::looked_up(const link::Request& request, const std::string& reply) {
  constexpr std::string_view packet = "qSymbol:";
  if (!request.payload.starts_with(packet)) return false;
  queue_.set_looks_up(reply.starts_with(packet));
  if (!reply.starts_with(packet)) return false;
  const auto found = symbols_.find(reply.substr(packet.size()));
  if (found == symbols_.end()) return false;
  Job job{.payload = "qSymbol:" + found->second + ":" + found->first, .from_gdb = request.of_gdb};
  job.alone = true;
  job.done = [this, request](std::string payload, bool final) {
    on_answer(request, std::move(payload), final);
  };
  queue_.submit_next(std::move(job));
  return true;
}

std::optional<std::string> Far::happened_since(const link::Request& resume) {
  if (!steps_.is_ahead()) return std::nullopt;
  auto event = steps_.happened_since(resume);
  if (event)
    state_.resumes();
  else
    near_(link::Log{true, "GDB left its step with " + resume.payload.substr(0, 40) +
                              "; the target has gone further than GDB knows"});
  return event;
}

// What was certain went out with the resume behind it.
void Far::refused(const link::Request& request, const std::string& reply) {
  broken_[key_of(request)] = reply;
  if (!runs_on_ || !queue_.running()) return;
  near_(link::Log{
      true, "the stub refused " + request.payload + " with " + (reply.empty() ? "an empty reply" : reply) +
                ", although it had set one there before: the target ran without it, and is interrupted"});
  queue_.interrupt(false);
}

// Once: GDB sets its breakpoints again before it goes on, and then hears the stub's own answer.
std::optional<std::string> Far::why_not_resume() {
  if (broken_.empty()) return std::nullopt;
  const auto& [key, reply] = *broken_.begin();
  std::string why = "E.the target was not resumed: the stub refused Z" + key.second + " with " +
                    (reply.empty() ? "an empty reply" : reply);
  broken_.clear();
  return why;
}

void Far::on_notification(std::string payload) {
  state_.notified(rsp::expand_runs(payload).value_or(payload));
  near_(link::Notification{std::move(payload)});
}

void Far::learn_features(const std::string& reply) {
  const rsp::Features features = rsp::Features::parse(reply);
  const link::StubRow& stub = link::recognise_stub(features);
  queue_.set_window(stub.quirks.pipelines ? pipeline_window : 1);
  log("the stub is a " + std::string(stub.name) +
      (stub.why.empty() ? std::string() : "; minded: " + std::string(stub.why)));
}

void Far::on_stub_bytes(std::string_view bytes) {
  queue_.on_bytes(bytes);
}

void Far::on_stub_closed(const std::string& reason) {
  near_(link::StubGone{state_.nothing_left(), reason});
}

}  // namespace rspbridge::proxy::far
