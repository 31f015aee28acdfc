#include "proxy/http/handle.hpp"

#include <exception>
#include <utility>

#include <spdlog/spdlog.h>

#include "proxy/http/json_text.hpp"
#include "proxy/http/routes.hpp"
#include "proxy/http/target.hpp"

namespace rspbridge::proxy::http {
namespace {

constexpr std::string_view unknown_route = "unknown";

// The route, and what it is called with; or the answer that says why not.
struct Prepared {
  std::string_view name = unknown_route;  ///< for the metrics
  const Route* route = nullptr;
  Arguments arguments;
  std::optional<Answer> refusal;
};

bool allows(const Route& route, std::string_view method) {
  return method == route.method || (method == "HEAD" && route.method == "GET");
}

Answer not_allowed(const Route& route, link::StopId stop_id) {
  const bool reads = route.method == "GET";
  auto answer =
      error_answer(405, "method_not_allowed",
                   reads ? "Only GET and HEAD are possible here." : "Only POST is possible here.", stop_id);
  answer.headers.emplace_back("Allow", reads ? "GET, HEAD" : route.method);
  return answer;
}

Prepared prepare(const Request& request, const inspect::State& state) {
  Prepared prepared;
  const auto refuse = [&](Answer answer) {
    prepared.refusal = std::move(answer);
    return prepared;
  };
  const auto target = parse_target(request.target);
  if (!target)
    return refuse(error_answer(400, "bad_target", "The request's target can't be read.", state.stop_id));
  prepared.route = find_route(target->path);
  if (prepared.route == nullptr)
    return refuse(error_answer(404, "not_found", "There is nothing here; /openapi.json tells what there is.",
                               state.stop_id));
  prepared.name = prepared.route->path;
  if (!allows(*prepared.route, request.method)) return refuse(not_allowed(*prepared.route, state.stop_id));
  auto arguments = Arguments::check(prepared.route->parameters, target->query);
  if (!arguments) {
    const auto& problem = arguments.error();
    return refuse(error_answer(problem.status, problem.code, problem.sentence, state.stop_id));
  }
  prepared.arguments = std::move(*arguments);
  if (prepared.route->needs_stop && state.running)
    return refuse(error_answer(409, "running", "The target runs; this needs it stopped.", state.stop_id));
  return prepared;
}

asio::awaitable<Answer> answer_of(const Prepared& prepared, const Request& request, Context& context) {
  const auto stop_id = context.inspection.state().stop_id;
  const Call call{request, prepared.arguments, context};
  try {
    Answer answer = co_await prepared.route->handler(call);
    co_return answer;
  } catch (const std::exception& error) {
    spdlog::warn("HTTP: {}: {}", request.target, error.what());
  }
  co_return error_answer(500, "internal", "rspbridge failed at this; its log tells more.", stop_id);
}

}  // namespace

bool needs_token(const Request& request) {
  const auto target = parse_target(request.target);
  const Route* route = target ? find_route(target->path) : nullptr;
  return route == nullptr || !route->is_public;
}

asio::awaitable<Answer> handle(const Request& request, Context& context) {
  auto prepared = prepare(request, context.inspection.state());
  Answer answer;
  if (prepared.refusal)
    answer = std::move(*prepared.refusal);
  else
    answer = co_await answer_of(prepared, request, context);
  context.metrics.count_answer(prepared.name, answer.status);
  co_return answer;
}

Answer error_answer(unsigned status, std::string_view code, std::string_view sentence, link::StopId stop_id) {
  std::string text = R"({"error":{"code":)";
  append_json(text, code);
  text += R"(,"sentence":)";
  append_json(text, sentence);
  text += R"(},"stop_id":)";
  append_json(text, stop_id);
  text += "}\n";
  Answer answer;
  answer.status = status;
  answer.stop_id = stop_id;
  answer.body = std::make_shared<const std::string>(std::move(text));
  return answer;
}

std::string_view reason_phrase(unsigned status) noexcept {
  switch (status) {
    case 200:
      return "OK";
    case 206:
      return "Partial Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 416:
      return "Range Not Satisfiable";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 507:
      return "Insufficient Storage";
    default:
      return "Internal Server Error";
  }
}

}  // namespace rspbridge::proxy::http
