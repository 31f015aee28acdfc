// GET /debug/crash and /debug/backtrace
#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "proxy/http/handle.hpp"
#include "proxy/http/handlers.hpp"
#include "proxy/http/stop_findings.hpp"
#include "proxy/triage/report.hpp"

namespace rspbridge::proxy::http {

asio::awaitable<Answer> answer_crash(const Call& call) {
  const auto stop_id = call.context.inspection.state().stop_id;
  auto found = co_await findings_of(call.context);
  if (!found) co_return failure_answer(found.error(), stop_id);
  auto report = triage::report_json(*found->stopped, *found->analysis, call.context.version);
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
  const auto found = co_await findings_of(call.context);
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
  if (const auto most = call.arguments.number("frames"))
    for (auto& one : threads)
      if (auto& frames = one["frames"]; frames.size() > *most)
        frames.erase(frames.begin() + static_cast<std::ptrdiff_t>(*most), frames.end());
  co_return text_answer(triage::json_text({{"stop_id", stop_id}, {"threads", std::move(threads)}}),
                        "application/json", stop_id);
}

}  // namespace rspbridge::proxy::http
