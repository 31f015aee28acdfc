#include "proxy/http/stop_findings.hpp"

#include <utility>

#include "proxy/http/context.hpp"
#include "proxy/triage/signals.hpp"

namespace rspbridge::proxy::http {

StopFindings::StopFindings(asio::any_io_executor executor, inspect::Inspection& inspection,
                           triage::FileSource& files, triage::Program program, triage::Reached reached)
    : inspection_(inspection),
      investigator_(inspection, files),
      turns_(std::move(executor)),
      program_(std::move(program)),
      reached_(std::move(reached)) {}

asio::awaitable<inspect::Result<triage::Findings>> StopFindings::present() {
  const link::StopId asked = inspection_.state().stop_id;
  co_await turns_.wait();
  const inspect::Turns::Turn turn(turns_);
  const inspect::State state = inspection_.state();
  // As in Inspector::has_gone_on().
  if (asked != state.stop_id)
    co_return tl::unexpected(inspect::Failure{
        inspect::Problem::running, "the target was resumed meanwhile; ask again when it has stopped", {}});
  const Moment now{state.stop_id, state.changes};
  if (findings_ && moment_ == now && !state.running) co_return *findings_;
  findings_.reset();
  triage::Stopped about;
  about.program = program_;
  about.reached = reached_;
  auto found = co_await investigator_.investigate(std::move(about));
  if (!found) co_return found;
  triage::Stopped& stopped = *found->stopped;
  if (stopped.signal && triage::is_fatal(stopped.signal->number) && !found->analysis->kind.name.empty())
    stopped.outcome = triage::Outcome::crash;
  moment_ = now;
  findings_ = *found;
  co_return found;
}

asio::awaitable<inspect::Result<StopFindings::Functions>> StopFindings::functions(
    std::vector<std::uint64_t> addresses) {
  auto found = co_await present();
  if (!found) co_return tl::unexpected(found.error());
  Functions functions;
  functions.at = co_await investigator_.functions(*found, std::move(addresses));
  functions.findings = *std::move(found);
  co_return functions;
}

asio::awaitable<inspect::Result<triage::Findings>> findings_of(Context& context) {
  if (!context.findings)
    co_return tl::unexpected(inspect::Failure{
        inspect::Problem::unsupported, "this session makes no crash reports, and reads no symbols", {}});
  auto found = co_await context.findings->present();
  co_return found;
}

}  // namespace rspbridge::proxy::http
