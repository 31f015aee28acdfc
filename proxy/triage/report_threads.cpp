// What a report tells of the threads.
#include "proxy/triage/report.hpp"
#include "proxy/triage/report_parts.hpp"

namespace rspbridge::proxy::triage {
namespace {

using Json = nlohmann::ordered_json;
using namespace parts;

Json variables_json(const std::vector<Variable>& variables) {
  Json list = Json::array();
  for (const Variable& variable : variables)
    list.push_back(
        {{"name", variable.name}, {"type", text(variable.type)}, {"value", optional(variable.value)}});
  return list;
}

Json frame_json(const Frame& frame, std::size_t number) {
  Json json{{"frame", number}, {"trust", std::string(to_string(frame.trust))}};
  json["inline"] = frame.inlined;
  json["signal_frame"] = frame.signal_frame;
  json["offset"] = hex(frame.pc);
  json["sp"] = hex(frame.sp);
  json["module"] = frame.image ? Json(frame.image->path) : Json(nullptr);
  json["module_offset"] = frame.image ? hex(frame.pc - frame.image->load_bias) : Json(nullptr);
  json["function"] = text(frame.function);
  json["linkage_name"] = frame.linkage_name == frame.function ? Json(nullptr) : text(frame.linkage_name);
  json["function_offset"] = frame.function_address ? hex(frame.pc - *frame.function_address) : Json(nullptr);
  json["file"] = text(frame.file);
  json["line"] = optional(frame.line);
  json["missing_symbols"] = !frame.has_symbols || frame.function.empty();
  json["arguments"] = frame.has_variables ? variables_json(frame.arguments) : Json(nullptr);
  json["locals"] = frame.has_variables ? variables_json(frame.locals) : Json(nullptr);
  return json;
}

}  // namespace

Json threads_json(const Stopped& stopped, const Analysis& analysis) {
  Json list = Json::array();
  for (std::size_t i = 0; i < stopped.threads.size() && i < analysis.backtraces.size(); ++i) {
    const ThreadState& thread = stopped.threads[i];
    const Backtrace& backtrace = analysis.backtraces[i];
    Json json{{"thread_id", thread.tid}, {"thread_name", text(thread.name)}, {"core", optional(thread.core)}};
    json["frame_count"] = backtrace.frames.size();
    json["truncated"] = text(backtrace.truncated);
    json["frames"] = Json::array();
    for (const Frame& frame : backtrace.frames)
      json["frames"].push_back(frame_json(frame, json["frames"].size()));
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace rspbridge::proxy::triage
