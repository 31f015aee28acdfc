#include "proxy/triage/report.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "proxy/triage/report_parts.hpp"
#include "proxy/triage/signals.hpp"

namespace rspbridge::proxy::triage {
namespace {

using Json = nlohmann::ordered_json;
using namespace parts;

std::string_view outcome_name(Outcome outcome) {
  constexpr std::array<std::string_view, 4> names{"crash", "hang", "exit", "stop"};
  return names[static_cast<std::size_t>(outcome)];
}

Json signal_json(const std::optional<Signal>& signal) {
  if (!signal) return nullptr;
  Json json{{"number", signal->number}, {"name", signal_name(signal->number)}};
  json["code"] = optional(signal->code);
  json["code_name"] = signal->code ? Json(signal_code_name(signal->number, *signal->code)) : Json(nullptr);
  json["fault_address"] = hex(signal->address);
  json["sender_pid"] = optional(signal->sender);
  return json;
}

Json operands_json(const Faulting& instruction) {
  Json list = Json::array();
  for (const Operand& operand : instruction.operands)
    list.push_back({{"text", operand.text},
                    {"value", hex(operand.value)},
                    {"address", hex(operand.address)},
                    {"access", text(to_string(operand.access))}});
  return list;
}

std::string type_of(const Stopped& stopped) {
  if (!stopped.signal) return {};
  std::string type = signal_name(stopped.signal->number);
  if (stopped.signal->code) type += " / " + signal_code_name(stopped.signal->number, *stopped.signal->code);
  return type;
}

// What was said where the program ended itself.
std::string assertion_of(const LastWords& words) {
  if (words.panic) return words.panic->message;
  return words.what.empty() ? words.line : words.what;
}

Json crash_info_json(const Stopped& stopped, const Analysis& analysis) {
  const Facts& facts = analysis.facts;
  if (analysis.kind.name.empty()) return nullptr;
  Json json{{"type", text(type_of(stopped))},
            {"kind", text(analysis.kind.name)},
            {"title", text(analysis.kind.title)}};
  json["address"] = hex(facts.full_address);
  json["crashing_thread"] = stopped.threads.empty() ? Json(nullptr) : Json(0);
  json["assertion"] = text(assertion_of(facts.words));
  json["exception_type"] = text(facts.words.exception_type);
  const Access access = facts.pc_faulted    ? Access::execute
                        : facts.instruction ? facts.instruction->access
                                            : Access::none;
  json["access"] = text(to_string(access));
  json["instruction"] = facts.instruction ? text(facts.instruction->text) : Json(nullptr);
  json["operands"] = facts.instruction ? operands_json(*facts.instruction) : Json(nullptr);
  json["region"] = text(facts.region);
  json["evidence"] = analysis.kind.evidence;
  return json;
}

Json severity_json(const Analysis& analysis) {
  const Severity& severity = analysis.severity;
  if (analysis.kind.name.empty() || severity.type.empty()) return nullptr;
  return {{"type", std::string(severity.type)},
          {"short_description", severity.name},
          {"description", std::string(severity.description)},
          {"explanation", severity.reason}};
}

Json sanitizer_json(const LastWords& words) {
  if (!words.sanitizer) return nullptr;
  const Sanitizer& said = *words.sanitizer;
  return {{"tool", said.tool},
          {"error", text(said.error)},
          {"access", text(said.access)},
          {"summary", text(said.summary)},
          {"text", said.text}};
}

Json panic_json(const LastWords& words) {
  if (!words.panic) return nullptr;
  const Panic& said = *words.panic;
  return {{"language", said.language},
          {"message", text(said.message)},
          {"location", text(said.location)},
          {"text", said.text}};
}

Json program_json(const Program& program) {
  return {{"path", text(program.path)},
          {"arguments", program.arguments},
          {"stdin", text(program.input_file)},
          {"input", text(program.batch_input)},
          {"exit_code", optional(program.exit_code)},
          {"term_signal", text(program.term_signal)},
          {"output_tail", program.output_known ? Json(program.output_tail) : Json(nullptr)},
          {"output_bytes", program.output_known ? Json(program.output_bytes) : Json(nullptr)}};
}

Json session_json(const Stopped& stopped) {
  const Reached& reached = stopped.reached;
  return {{"how", text(reached.how)},
          {"target", text(reached.target)},
          {"description", text(reached.description)},
          {"far_helper", optional(reached.far_helper)},
          {"name", text(reached.session_name)},
          {"core", text(reached.core)},
          {"core_truncated", reached.core.empty() ? Json(nullptr) : Json(reached.core_truncated)},
          {"milliseconds", optional(reached.milliseconds)},
          {"round_trips", optional(reached.round_trips)},
          {"stop_id", optional(reached.stop_id)},
          {"notes", stopped.notes}};
}

Json system_json(const System& system) {
  return {{"os", "Linux"},
          {"os_ver", text(system.release)},
          {"cpu_arch", "arm64"},
          {"cpu_info", text(system.cpu_info)},
          {"cpu_count", optional(system.processors)},
          {"page_size", optional(system.page_size)}};
}

}  // namespace

Json report_json(const Stopped& stopped, const Analysis& analysis, std::string_view version) {
  const bool crashed = !analysis.kind.name.empty();
  Json json{{"schema_version", 1}, {"outcome", std::string(outcome_name(stopped.outcome))}};
  json["generator"] = {{"name", "rspbridge"}, {"version", std::string(version)}};
  json["time"] = text(stopped.time);
  json["pid"] = optional(stopped.pid);
  json["crash_info"] = crash_info_json(stopped, analysis);
  json["signal"] = signal_json(stopped.signal);
  json["crash_line"] = text(analysis.crash_line);
  json["severity"] = severity_json(analysis);
  json["hash"] = crashed && !analysis.hash.exact.empty() ? Json{{"exact", analysis.hash.exact},
                                                                {"coarse", analysis.hash.coarse},
                                                                {"frames", analysis.hash.frames}}
                                                         : Json(nullptr);
  json["system_info"] = system_json(stopped.system);
  json["thread_count"] = stopped.threads.size();
  json["threads"] = threads_json(stopped, analysis);
  json["registers"] = registers_json(stopped);
  json["disassembly"] = disassembly_json(stopped, analysis);
  json["memory"] = memory_json(analysis);
  json["main_module"] = optional(stopped.main_image);
  json["modules"] = modules_json(stopped, analysis);
  json["maps"] = maps_json(stopped);
  json["sanitizer"] = sanitizer_json(analysis.facts.words);
  json["panic"] = panic_json(analysis.facts.words);
  json["program"] = program_json(stopped.program);
  json["session"] = session_json(stopped);
  return json;
}

std::string json_text(const Json& document) {
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace rspbridge::proxy::triage
