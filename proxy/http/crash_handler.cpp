// GET /debug/crash and /debug/backtrace
#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "proxy/http/handle.hpp"
#include "proxy/http/handlers.hpp"
#include "proxy/triage/report.hpp"
#include "proxy/triage/signals.hpp"

namespace rspbridge::proxy::http {
namespace {

asio::awaitable<inspect::Result<triage::Findings>> findings_of(const Call& call) {
  if (!call.context.investigator)
    co_return tl::unexpected(
        inspect::Failure{inspect::Problem::unsupported, "this session makes no crash reports", {}});
  triage::Stopped about;
  about.reached.how = "session";
  about.reached.session_name = call.context.session;
  auto found = co_await call.context.investigator->investigate(std::move(about));
  co_return found;
}

}  // namespace

asio::awaitable<Answer> answer_crash(const Call& call) {
  const auto stop_id = call.context.inspection.state().stop_id;
  auto found = co_await findings_of(call);
  if (!found) co_return failure_answer(found.error(), stop_id);
  triage::Stopped& stopped = *found->stopped;
  if (stopped.signal && triage::is_fatal(stopped.signal->number) && !found->analysis->kind.name.empty())
    stopped.outcome = triage::Outcome::crash;
  auto report = triage::report_json(stopped, *found->analysis, call.context.version);
  if (call.arguments.text("format") == "casr") report = triage::casr_json(report);
  co_return text_answer(triage::json_text(report), "application/json", stop_id);
}

asio::awaitable<Answer> answer_backtrace(const Call& call) {
  const auto stop_id = call.context.inspection.state().stop_id;
  const std::string wanted(call.arguments.text("thread").value_or(""));
  const auto thread = wanted.empty() || wanted == "all" ? std::nullopt : rsp::parse_thread_id(wanted);
  if (!wanted.empty() && wanted != "all" && (!thread || thread->tid <= 0))
    co_return error_answer(400, "bad_parameter", "'thread' must be an id of /debug/threads, or 'all'.",
                           stop_id);
  const auto found = co_await findings_of(call);
  if (!found) co_return failure_answer(found.error(), stop_id);
  auto threads = triage::threads_json(*found->stopped, *found->analysis);
  if (wanted != "all") {
    const auto is_wanted = [&](const auto& one) {
      return thread ? one["thread_id"] == thread->tid : &one == &threads.front();
    };
    const auto one = std::find_if(threads.begin(), threads.end(), is_wanted);
    if (one == threads.end())
      co_return error_answer(404, "no_thread", "There is no thread " + wanted + ".", stop_id);
    threads = nlohmann::ordered_json::array({*one});
  }
  co_return text_answer(triage::json_text({{"threads", std::move(threads)}}), "application/json", stop_id);
}

}  // namespace rspbridge::proxy::http
