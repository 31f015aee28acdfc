// One run of a program until it crashes, ends, or takes too long.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <asio/awaitable.hpp>
#include <nlohmann/json.hpp>

#include "proxy/cli/debuggee.hpp"
#include "proxy/cli/options.hpp"
#include "proxy/cli/triage/breakpoints.hpp"
#include "proxy/cli/triage/output_tail.hpp"
#include "proxy/files/image_files.hpp"
#include "proxy/http/server.hpp"
#include "proxy/inspect/inspector.hpp"
#include "proxy/session/session.hpp"
#include "proxy/triage/gather.hpp"
#include "rsp/stop_reply.hpp"

namespace rspbridge::proxy::cli::triaging {

/// What came of it.
struct Verdict {
  proxy::triage::Outcome outcome = proxy::triage::Outcome::exit;
  nlohmann::ordered_json report;
};

/// Drives one process by its stub, without a GDB.
class Trial {
 public:
  /// `options` are those of exec or attach, and with `debuggee` (which is open), `files` and `tail` outlive
  /// it.
  Trial(const asio::any_io_executor& executor, const cli::Options& options, Debuggee& debuggee,
        ImageFiles& files, const OutputTail& tail);

  /// Runs the program to its end, and leaves nothing of it. Throws Failure, or std::runtime_error with a
  /// sentence.
  asio::awaitable<Verdict> run();

 private:
  using Findings = proxy::triage::Findings;
  enum class Next : std::uint8_t { go_on, done };

  asio::awaitable<void> prepare();
  void serve_http(const asio::any_io_executor& executor);
  asio::awaitable<void> begin_program();
  asio::awaitable<bool> is_exec(const rsp::StopReply& stop);
  asio::awaitable<bool> look_at_exec(const rsp::StopReply& stop);
  asio::awaitable<std::optional<proxy::triage::Registers>> present_registers();
  asio::awaitable<std::optional<std::uint64_t>> entry_ahead();
  asio::awaitable<void> learn_program();
  asio::awaitable<bool> look_at_breakpoint(const rsp::StopReply& stop);
  void ended_with(int code);
  asio::awaitable<void> run_until_end();
  asio::awaitable<Next> look_at(std::string reply);
  asio::awaitable<Next> look_at_signal(const rsp::StopReply& stop);
  asio::awaitable<void> investigate(proxy::triage::Outcome outcome);
  asio::awaitable<bool> is_handled(int signal);
  asio::awaitable<void> save_core();
  asio::awaitable<void> end_session();
  asio::awaitable<void> wait_for_output();
  proxy::triage::Stopped about(proxy::triage::Outcome outcome) const;
  asio::awaitable<nlohmann::ordered_json> report();

  const cli::Options& options_;
  Debuggee& debuggee_;
  ImageFiles& files_;
  const OutputTail& tail_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<Breakpoints> breakpoints_;
  std::unique_ptr<inspect::Inspector> inspector_;
  std::unique_ptr<proxy::triage::Investigator> investigator_;
  std::unique_ptr<http::Server> http_;  ///< null unless it was asked for
  proxy::triage::System system_;
  std::optional<Findings> found_;                           ///< of the last stop that may be the crash
  const proxy::triage::PanicFunction* found_in_ = nullptr;  ///< where that stop was; null: it was a signal's
  std::optional<std::uint64_t> entry_;  ///< of the program, as long as a breakpoint waits there
  std::map<std::uint64_t, const proxy::triage::PanicFunction*> panics_;  ///< by address
  std::optional<std::uint64_t> stepping_off_;       ///< a breakpoint that is away for one instruction
  int panics_seen_ = 0;                             ///< that the program may catch
  std::chrono::steady_clock::duration time_off_{};  ///< in which the program waited for us
  std::optional<int> exit_code_;
  std::string term_signal_;
  std::string resume_ = "vCont;c";
  /// When found_ was of a fault that the program handles.
  std::optional<std::chrono::steady_clock::time_point> handled_fault_;
  std::chrono::steady_clock::time_point stopped_at_{};
  std::uint64_t trips_at_stop_ = 0;  ///< round trips before the stop was looked at
  int handled_signals_ = 0;
  bool timed_out_ = false;
};

}  // namespace rspbridge::proxy::cli::triaging
