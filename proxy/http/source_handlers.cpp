// GET /debug/lines and /debug/source
#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "proxy/http/handle.hpp"
#include "proxy/http/handlers.hpp"
#include "proxy/http/json_text.hpp"
#include "proxy/http/stop_findings.hpp"
#include "proxy/triage/disassembler.hpp"
#include "proxy/triage/source_text.hpp"
#include "rsp/text.hpp"

namespace rspbridge::proxy::http {
namespace {

using Json = nlohmann::ordered_json;

asio::awaitable<inspect::Result<StopFindings::Functions>> functions_of(Context& context,
                                                                       std::vector<std::uint64_t> addresses) {
  const auto found = co_await findings_of(context);
  if (!found) co_return tl::unexpected(found.error());
  auto functions = co_await context.findings->functions(std::move(addresses));
  co_return functions;
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json place_json(std::uint64_t address, const std::vector<triage::Frame>& functions) {
  const triage::Frame& inner = functions.front();
  const triage::Frame& outer = functions.back();
  Json json{{"address", rsp::hex_number(address)}, {"function", text_or_null(outer.function)}};
  json["function_offset"] =
      outer.function_address ? Json(rsp::hex_number(address - *outer.function_address)) : Json(nullptr);
  json["inlined"] = functions.size() > 1 ? text_or_null(inner.function) : Json(nullptr);
  json["module"] = inner.image ? Json(inner.image->path) : Json(nullptr);
  json["file"] = text_or_null(inner.file);
  json["line"] = inner.line ? Json(*inner.line) : Json(nullptr);
  return json;
}

}  // namespace

asio::awaitable<Answer> answer_lines(const Call& call) {
  const auto stop_id = call.context.inspection.state().stop_id;
  const auto range = instruction_range(call);
  if (!range) co_return range.error();
  std::vector<std::uint64_t> addresses;
  for (std::uint64_t left = range->end.value - range->begin.value; left != 0;
       left -= triage::instruction_bytes)
    addresses.push_back(range->end.value - left);
  const auto functions = co_await functions_of(call.context, addresses);
  if (!functions) co_return failure_answer(functions.error(), stop_id);
  Json document{{"lines", Json::array()}};
  for (std::size_t i = 0; i < addresses.size(); ++i)
    document["lines"].push_back(place_json(addresses[i], functions->at[i]));
  co_return json_answer(std::move(document), stop_id);
}

asio::awaitable<Answer> answer_source(const Call& call) {
  const auto stop_id = call.context.inspection.state().stop_id;
  const auto address = call.arguments.number("addr").value_or(0);
  std::vector<std::uint64_t> one(1, address);
  const auto functions = co_await functions_of(call.context, std::move(one));
  if (!functions) co_return failure_answer(functions.error(), stop_id);
  const triage::Frame& frame = functions->at.front().front();
  if (frame.file.empty() || !frame.line || *frame.line <= 0)
    co_return error_answer(404, "no_source",
                           "Nothing tells which line " + rsp::hex_number(address) + " is of.", stop_id);
  const auto context = static_cast<int>(call.arguments.number("context").value_or(0));
  const auto text = triage::read_source(frame.file, *frame.line, context);
  if (!text) co_return error_answer(404, "no_source", text.error(), stop_id);
  Json document{{"file", frame.file}, {"line", *frame.line}, {"first", text->first}, {"lines", text->lines}};
  co_return json_answer(std::move(document), stop_id);
}

}  // namespace rspbridge::proxy::http
