// What handlers have in common.
#include <utility>

#include <nlohmann/json.hpp>

#include "proxy/http/handle.hpp"
#include "proxy/http/handlers.hpp"
#include "proxy/http/json_text.hpp"
#include "proxy/triage/disassembler.hpp"
#include "rsp/text.hpp"

namespace rspbridge::proxy::http {
namespace {

struct Meaning {
  unsigned status;
  std::string_view code;
};

Meaning meaning(inspect::Problem problem) {
  switch (problem) {
    case inspect::Problem::running:
      return {409, "running"};
    case inspect::Problem::stopped:
      return {409, "stopped"};
    case inspect::Problem::controlled:
      return {409, "controlled"};
    case inspect::Problem::no_process:
      return {409, "no_process"};
    case inspect::Problem::no_thread:
      return {404, "no_thread"};
    case inspect::Problem::unreadable:
      return {404, "unreadable"};
    case inspect::Problem::unsupported:
      return {501, "unsupported"};
    case inspect::Problem::gone:
      return {503, "gone"};
    case inspect::Problem::full:
      return {507, "full"};
  }
  return {500, "internal"};
}

}  // namespace

Answer json_answer(nlohmann::ordered_json document, link::StopId stop_id) {
  document["stop_id"] = stop_id;
  // Names may hold any bytes; what is no UTF-8 must not make this throw.
  auto text = document.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  return text_answer(std::move(text) + "\n", "application/json", stop_id);
}

Answer text_answer(std::string text, std::string content_type, link::StopId stop_id) {
  Answer answer;
  answer.content_type = std::move(content_type);
  answer.stop_id = stop_id;
  answer.body = std::make_shared<const std::string>(std::move(text));
  return answer;
}

Answer failure_answer(const inspect::Failure& failure, link::StopId stop_id) {
  const auto [status, code] = meaning(failure.problem);
  nlohmann::ordered_json error{{"code", code}, {"sentence", failure.sentence}};
  if (failure.problem == inspect::Problem::unreadable && failure.range.size() != 0) {
    error["begin"] = rsp::hex_number(failure.range.begin.value);
    error["end"] = rsp::hex_number(failure.range.end.value);
  }
  nlohmann::ordered_json document;
  document["error"] = std::move(error);
  auto answer = json_answer(std::move(document), stop_id);
  answer.status = status;
  return answer;
}

bool has_already(const Request& request, std::string_view etag) {
  const auto& named = request.if_none_match;
  return named && (std::string_view(*named) == "*" || named->find(etag) != std::string::npos);
}

Answer not_modified(std::string content_type, std::string etag, std::uint64_t length, link::StopId stop_id) {
  Answer answer = text_answer({}, std::move(content_type), stop_id);
  answer.status = 304;
  answer.headers.emplace_back("ETag", std::move(etag));
  answer.omitted_length = length;
  return answer;
}

tl::expected<memmap::AddressRange, Answer> instruction_range(const Call& call) {
  const auto stop_id = call.context.inspection.state().stop_id;
  const auto address = call.arguments.number("addr").value_or(0);
  const auto length = call.arguments.number("count").value_or(1) * triage::instruction_bytes;
  if (address % triage::instruction_bytes != 0)
    return tl::unexpected(error_answer(400, "bad_parameter", "'addr' must be a multiple of 4.", stop_id));
  if (address + (length - 1) < address)
    return tl::unexpected(error_answer(400, "wraps", "The range goes beyond the last address.", stop_id));
  return memmap::AddressRange{{address}, {address + length}};
}

std::optional<rsp::ThreadId> thread_argument(const Arguments& arguments) {
  const auto text = arguments.text("thread");
  if (!text) return std::nullopt;
  return rsp::parse_thread_id(*text);
}

}  // namespace rspbridge::proxy::http
