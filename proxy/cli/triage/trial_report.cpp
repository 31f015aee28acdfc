// What is left to do once the program has ended or crashed.
#include <utility>

#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include "proxy/cli/errors.hpp"
#include "proxy/cli/look/output_file.hpp"
#include "proxy/cli/triage/trial.hpp"
#include "proxy/core/core_pieces.hpp"
#include "proxy/core/snapshot.hpp"
#include "proxy/triage/report.hpp"

namespace rspbridge::proxy::cli::triaging {

using proxy::triage::Outcome;
using proxy::triage::Stopped;

namespace {

constexpr int output_polls = 150;
constexpr std::chrono::milliseconds output_pause{10};

}  // namespace

Stopped Trial::about(Outcome outcome) const {
  Stopped made;
  made.outcome = outcome;
  made.system = system_;
  made.program.arguments = options_.program;
  if (!options_.program.empty()) made.program.path = options_.program.front();
  made.program.input_file = options_.triage.input_file.string();
  made.program.output_known = debuggee_.gdbserver != nullptr && options_.verb == Verb::exec;
  made.program.output_tail = tail_.text();
  made.program.output_bytes = tail_.total();
  made.program.exit_code = exit_code_;
  made.program.term_signal = term_signal_;
  made.reached.how = options_.verb == Verb::attach ? "attach" : "exec";
  made.reached.target = options_.target_text;
  if (debuggee_.ssh) made.reached.description = debuggee_.ssh->describe();
  made.reached.far_helper = debuggee_.far_on_target;
  return made;
}

// The same bytes that GET /debug/core gives.
asio::awaitable<void> Trial::save_core() {
  auto snapshot = co_await core::take_snapshot(*inspector_);
  if (!snapshot) throw Failure(exit_failed, "--core-out: " + snapshot.error().sentence);
  core::CorePieces pieces(*inspector_, *std::move(snapshot));
  look::OutputFile file(options_.triage.core_out);
  for (std::uint64_t left = pieces.length(); left > 0;) {
    const auto piece = co_await pieces.next();
    if (!piece) throw Failure(exit_failed, "--core-out: " + piece.error().sentence);
    file.write(*piece);
    left -= piece->size();
  }
  file.finish();
}

// Kills the program, or lets it go, as --on-exit says.
asio::awaitable<void> Trial::end_session() {
  if (!inspector_->state().running) breakpoints_->clear_all();
  session_->request_end("the report is made");
  const SessionEnd end = co_await session_->wait();
  if (!end.ok && end.connection_lost && !found_) throw Failure(exit_connection, end.reason);
}

// Output goes another way than packets: some of it may be under way still.
asio::awaitable<void> Trial::wait_for_output() {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer pause(executor);
  for (int i = 0; i < output_polls && debuggee_.gdbserver && !debuggee_.gdbserver->over(); ++i) {
    pause.expires_after(output_pause);
    co_await pause.async_wait(asio::use_awaitable);
  }
}

// What the program wrote before and after it was looked at counts, too.
asio::awaitable<nlohmann::ordered_json> Trial::report() {
  Stopped now = about(found_ ? found_->stopped->outcome : Outcome::exit);
  if (!found_) {
    Findings ended{std::make_shared<Stopped>(std::move(now)), nullptr, nullptr};
    ended.stopped->memory = std::make_shared<proxy::triage::FetchedMemory>();
    co_await investigator_->reconsider(ended);
    if (!ended.analysis->kind.name.empty()) ended.stopped->outcome = Outcome::crash;
    found_ = ended;
  } else {
    found_->stopped->program = std::move(now.program);
    co_await investigator_->reconsider(*found_);
  }
  co_return proxy::triage::report_json(*found_->stopped, *found_->analysis, RSPBRIDGE_VERSION);
}

}  // namespace rspbridge::proxy::cli::triaging
