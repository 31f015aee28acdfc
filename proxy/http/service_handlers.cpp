// GET /debug/events, /debug/pprof, /metrics, /healthz and /openapi.json
#include <utility>

#include <nlohmann/json.hpp>

#include "proxy/http/handle.hpp"
#include "proxy/http/handlers.hpp"
#include "proxy/http/reference.hpp"

namespace rspbridge::proxy::http {

asio::awaitable<Answer> answer_events(const Call& call) {
  auto& context = call.context;
  const auto state = context.inspection.state();
  if (state.over) co_return error_answer(503, "gone", "The session is over.", state.stop_id);
  if (context.metrics.open_streams >= context.max_streams)
    co_return error_answer(
        503, "too_many_streams",
        "There are " + std::to_string(context.max_streams) + " streams of events already; close one of them.",
        state.stop_id);
  Answer answer;
  answer.content_type = "text/event-stream";
  answer.stop_id = state.stop_id;
  answer.body = EventStream{};
  co_return answer;
}

asio::awaitable<Answer> answer_pprof(const Call& call) {
  co_return error_answer(404, "no_pprof",
                         "The target process's own pprof server isn't passed through by this rspbridge.",
                         call.context.inspection.state().stop_id);
}

asio::awaitable<Answer> answer_metrics(const Call& call) {
  const auto state = call.context.inspection.state();
  co_return text_answer(call.context.metrics.text(state), "text/plain; version=0.0.4; charset=utf-8",
                        state.stop_id);
}

asio::awaitable<Answer> answer_health(const Call& call) {
  const auto state = call.context.inspection.state();
  nlohmann::ordered_json document{{"status", "ok"},
                                  {"session", call.context.session},
                                  {"version", call.context.version},
                                  {"target", state.over      ? "over"
                                             : state.running ? "running"
                                                             : "stopped"}};
  document["pid"] = state.pid ? nlohmann::ordered_json(*state.pid) : nlohmann::ordered_json(nullptr);
  co_return json_answer(std::move(document), state.stop_id);
}

asio::awaitable<Answer> answer_openapi(const Call& call) {
  co_return text_answer(openapi_document(call.context.version), "application/json",
                        call.context.inspection.state().stop_id);
}

}  // namespace rspbridge::proxy::http
