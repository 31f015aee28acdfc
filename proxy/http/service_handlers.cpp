// GET /debug/events, /debug/packets, /debug/link, /metrics, /healthz and /openapi.json
#include <algorithm>
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

asio::awaitable<Answer> answer_packets(const Call& call) {
  const auto state = call.context.inspection.state();
  const Recorder* recorder = call.context.recorder;
  if (recorder == nullptr)
    co_return error_answer(501, "unsupported", "This server keeps no packets.", state.stop_id);
  const auto leg = call.arguments.text("leg");
  const auto most = *call.arguments.number("count");
  auto packets = nlohmann::ordered_json::array();
  const auto& recent = recorder->recent();
  for (auto packet = recent.rbegin(); packet != recent.rend() && packets.size() < most; ++packet) {
    if (leg && *leg != name_of(packet->leg)) continue;
    packets.push_back(
        {{"seconds", packet->seconds},
         {"leg", name_of(packet->leg)},
         {"direction", packet->direction == Recorder::Direction::to_target ? "to_target" : "to_host"},
         {"length", packet->length},
         {"bytes", printable(packet->bytes)}});
  }
  std::reverse(packets.begin(), packets.end());
  nlohmann::ordered_json document{{"count", recorder->count()}, {"packets", std::move(packets)}};
  co_return json_answer(std::move(document), state.stop_id);
}

asio::awaitable<Answer> answer_link(const Call& call) {
  using Json = nlohmann::ordered_json;
  const auto report = call.context.inspection.link_report();
  const auto direction = [](const link::LinkCounters::Direction& one) {
    return Json{
        {"messages", one.messages}, {"frames", one.frames}, {"plain_bytes", one.plain}, {"bytes", one.wire}};
  };
  const auto known = [](const auto& value) { return value ? Json(*value) : Json(nullptr); };
  const auto& link = report.link;
  const auto rtt = link.rtt ? std::optional(link.rtt->count()) : std::nullopt;
  Json trips = Json::object();
  for (const auto& row : report.round_trips) trips[std::string(row.packet)] = row.count;
  Json document{
      {"far_on_target", link.far_on_target},
      {"silent", link.silent},
      {"rtt_us", known(rtt)},
      {"bandwidth", known(link.bandwidth)},
      {"sent", direction(link.counters.sent)},
      {"received", direction(link.counters.received)},
      {"questions", {{"answered", report.answered}, {"awaited", report.awaited}, {"asked", report.asked}}},
      {"pages", report.pages},
      {"stops",
       {{"count", report.stops}, {"bytes", report.stop_bytes}, {"budget", known(report.stop_budget)}}},
      {"round_trips", std::move(trips)}};
  co_return json_answer(std::move(document), call.context.inspection.state().stop_id);
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
  const auto& context = call.context;
  document["host"] = context.reached.target.empty() ? nlohmann::ordered_json(nullptr)
                                                    : nlohmann::ordered_json(context.reached.target);
  document["program"] = context.program.arguments.empty() ? nlohmann::ordered_json(nullptr)
                                                          : nlohmann::ordered_json(context.program.arguments);
  document["control"] = context.control != nullptr;
  document["pid"] = state.pid ? nlohmann::ordered_json(*state.pid) : nlohmann::ordered_json(nullptr);
  co_return json_answer(std::move(document), state.stop_id);
}

asio::awaitable<Answer> answer_openapi(const Call& call) {
  co_return text_answer(openapi_document(call.context.version), "application/json",
                        call.context.inspection.state().stop_id);
}

}  // namespace rspbridge::proxy::http
