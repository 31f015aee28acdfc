#include "proxy/cli/triage/trial.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <spdlog/spdlog.h>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include "proxy/cli/errors.hpp"
#include "proxy/triage/report.hpp"
#include "proxy/triage/signals.hpp"
#include "rsp/escape.hpp"
#include "rsp/thread_id.hpp"

namespace rspbridge::proxy::cli::triaging {

using proxy::triage::Outcome;
using proxy::triage::Stopped;

namespace {

constexpr std::chrono::hours no_timeout{24 * 365};
constexpr int most_handled = 3;      // signals that the program handles and that are looked at
constexpr int most_stops = 100'000;  // of one run
constexpr std::chrono::seconds handler_patience{2};

// Gives the signal to the thread that got it.
std::string passing(const rsp::StopReply& stop) {
  return "vCont;C" + rsp::format_hex(stop.code) + ":" + rsp::format_thread_id(*stop.thread) + ";c";
}

}  // namespace

Trial::Trial(const asio::any_io_executor& executor, const cli::Options& options, Debuggee& debuggee,
             ImageFiles& files, const OutputTail& tail)
    : options_(options), debuggee_(debuggee), files_(files), tail_(tail) {
  Session::Options session = session_options(options, debuggee);
  // The helper reads files beside the stub, in one exchange; a command over SSH takes several.
  if (debuggee.far_on_target) session.read_target_file = nullptr;
  session_ = std::make_unique<Session>(executor, std::move(debuggee.stub), session);
  breakpoints_ = std::make_unique<Breakpoints>(*session_);
}

asio::awaitable<Verdict> Trial::run() {
  std::exception_ptr failure;
  Verdict verdict;
  try {
    co_await prepare();
    co_await run_until_end();
    co_await end_session();
    co_await wait_for_output();
    verdict.report = co_await report();
    verdict.outcome = found_ ? found_->stopped->outcome : Outcome::exit;
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) {
    session_->request_end("a failure");
    try {
      co_await session_->wait();
    } catch (const std::exception& error) {
      spdlog::debug("while leaving the target: {}", error.what());
    }
  }
  if (http_) http_->stop();
  if (inspector_) co_await inspector_->finish();
  if (failure) std::rethrow_exception(failure);
  co_return verdict;
}

asio::awaitable<void> Trial::run_until_end() {
  using Clock = std::chrono::steady_clock;
  const auto most = options_.triage.timeout.value_or(no_timeout);
  const auto begin = Clock::now();
  for (int stops = 0; stops < most_stops; ++stops) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(begin + most + time_off_ - Clock::now());
    std::string payload = std::exchange(resume_, "vCont;c");
    const auto reply =
        co_await session_->resume(std::move(payload), std::max(left, std::chrono::milliseconds(0)));
    if (!reply) {
      timed_out_ = true;
      const auto stopped = co_await session_->interrupt();
      stopped_at_ = Clock::now();
      trips_at_stop_ = session_->round_trips();
      if (!stopped) throw Failure(exit_failed, "the time was up, but the process can't be stopped");
      if (stopped->starts_with('T') || stopped->starts_with('S')) co_await investigate(Outcome::hang);
      if (found_) found_->stopped->signal.reset();
      co_return;
    }
    stopped_at_ = Clock::now();
    trips_at_stop_ = session_->round_trips();
    const Next next = co_await look_at(*reply);
    if (next == Next::done) co_return;
  }
  throw Failure(exit_failed, "the program was stopped by too many signals");
}

asio::awaitable<Trial::Next> Trial::look_at(std::string reply) {
  const auto stop = rsp::parse_stop_reply(reply);
  if (!stop) throw Failure(exit_failed, "the stub's stop reply isn't understood: " + reply);
  using Kind = rsp::StopReply::Kind;
  if (stop->kind == Kind::exited) {
    ended_with(static_cast<int>(stop->code));
    co_return Next::done;
  }
  if (stop->kind == Kind::signalled) {
    const auto number = proxy::triage::from_gdb_signal(static_cast<int>(stop->code));
    term_signal_ =
        number ? proxy::triage::signal_name(*number) : "GDB's signal " + std::to_string(stop->code);
    if (number && found_in_) found_->stopped->signal = proxy::triage::Signal{*number, {}, {}, {}};
    co_return Next::done;
  }
  if (stop->kind != Kind::stopped) co_return Next::go_on;
  const bool ours = co_await look_at_breakpoint(*stop);
  if (ours) co_return Next::go_on;
  co_return co_await look_at_signal(*stop);
}

// A signal that the program handles may be no crash: it is passed on, and what is known is kept until the
// program's end tells.
asio::awaitable<Trial::Next> Trial::look_at_signal(const rsp::StopReply& stop) {
  const auto number = proxy::triage::from_gdb_signal(static_cast<int>(stop.code));
  if (!number || !proxy::triage::is_fatal(*number)) {
    constexpr std::uint64_t none = 0, stopped_by_stub = 17;
    if (stop.code != none && stop.code != stopped_by_stub && stop.thread) resume_ = passing(stop);
    co_return Next::go_on;
  }
  if (found_in_ && found_in_->ends_by_signals) {
    resume_ = passing(stop);
    co_return Next::go_on;
  }
  const bool other_program = co_await look_at_exec(stop);
  if (other_program) co_return Next::go_on;
  const bool handled = co_await is_handled(*number);
  if (handled && ++handled_signals_ > most_handled) {
    resume_ = passing(stop);
    co_return Next::go_on;
  }
  const auto before = found_in_ ? std::nullopt : found_;
  co_await investigate(Outcome::crash);
  const auto& signal = found_ ? found_->stopped->signal : std::nullopt;
  // Within the handler of another: that was the crash.
  const auto& frames = found_->analysis->backtraces.front().frames;
  const bool in_handler =
      std::any_of(frames.begin(), frames.end(), [](const auto& frame) { return frame.signal_frame; });
  // Shortly after such a fault, sent by itself: the handler's way to end. What was spent here doesn't count.
  const bool sent = signal && signal->code && *signal->code <= 0;
  const bool follows = sent && handled_fault_ && stopped_at_ - *handled_fault_ < handler_patience;
  if (before && (in_handler || follows)) found_ = before;
  if (!handled) co_return Next::done;
  if (!sent || follows) handled_fault_ = std::chrono::steady_clock::now();
  resume_ = passing(stop);
  co_return Next::go_on;
}

asio::awaitable<bool> Trial::is_handled(int signal) {
  const auto pid = inspector_->state().pid;
  const auto thread = inspector_->state().thread;
  const std::int64_t process = pid ? *pid : thread ? thread->tid : 0;
  std::string path = "/proc/" + std::to_string(process) + "/status";
  const auto status = co_await inspector_->file(std::move(path));
  if (!status) co_return false;
  constexpr std::string_view field = "SigCgt:\t";
  const auto at = status->find(field);
  std::uint64_t mask = 0;
  if (at == std::string::npos) co_return false;
  std::from_chars(status->data() + at + field.size(), status->data() + status->size(), mask, 16);
  co_return (mask >> (signal - 1) & 1) != 0;
}

asio::awaitable<void> Trial::investigate(Outcome outcome) {
  auto found = co_await investigator_->investigate(about(outcome));
  if (!found) throw Failure(exit_failed, "the crash can't be looked at: " + found.error().sentence);
  found_ = *std::move(found);
  found_in_ = nullptr;
  auto& reached = found_->stopped->reached;
  const auto spent = std::chrono::steady_clock::now() - stopped_at_;
  reached.milliseconds =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(spent).count());
  reached.round_trips = session_->round_trips() - trips_at_stop_;
  if (!options_.triage.core_out.empty()) co_await save_core();
}

}  // namespace rspbridge::proxy::cli::triaging
