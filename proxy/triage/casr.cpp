// The shape of CASR's reports (.casrep): its fields' names, with what a report of ours knows.
#include <string>

#include <nlohmann/json.hpp>

#include "proxy/triage/report.hpp"

namespace rspbridge::proxy::triage {
namespace {

using Json = nlohmann::ordered_json;

std::string text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : std::string();
}

// As GDB prints a backtrace, which is what CASR reads.
Json stack_trace(const Json& frames) {
  Json lines = Json::array();
  for (const Json& frame : frames) {
    std::string line = "#" + std::to_string(frame["frame"].get<int>());
    line.resize(4, ' ');
    line += text(frame["offset"]) + " in " + (frame["function"].is_null() ? "??" : text(frame["function"])) +
            " ()";
    if (!frame["file"].is_null() && !frame["line"].is_null())
      line += " at " + text(frame["file"]) + ":" + std::to_string(frame["line"].get<int>());
    else if (!frame["module"].is_null())
      line += " from " + text(frame["module"]);
    lines.push_back(std::move(line));
  }
  return lines;
}

Json disassembly(const Json& instructions) {
  Json lines = Json::array();
  for (const Json& one : instructions)
    if (!one["text"].is_null())
      lines.push_back((one["current"].get<bool>() ? "=> " : "   ") + text(one["address"]) + ":\t" +
                      text(one["text"]));
  return lines;
}

Json maps(const Json& entries) {
  Json lines = Json::array();
  if (entries.is_array())
    for (const Json& one : entries) {
      const std::string rights{one["Read"].get<bool>() ? 'r' : '-', one["Write"].get<bool>() ? 'w' : '-',
                               one["Exec"].get<bool>() ? 'x' : '-'};
      lines.push_back(text(one["Addr"]) + " " + text(one["Size"]) + " " + rights + " " + text(one["Offset"]) +
                      " " + (one["label"].is_null() ? text(one["Filename"]) : text(one["label"])));
    }
  return lines;
}

Json severity(const Json& report) {
  const Json& rated = report["severity"];
  if (rated.is_null())
    return {{"Type", "UNDEFINED"}, {"ShortDescription", ""}, {"Description", ""}, {"Explanation", ""}};
  return {{"Type", rated["type"]},
          {"ShortDescription", rated["short_description"]},
          {"Description", rated["description"]},
          {"Explanation", rated["explanation"]}};
}

std::string command_line(const Json& arguments) {
  std::string line;
  if (arguments.is_array())
    for (const Json& one : arguments) line += (line.empty() ? "" : " ") + text(one);
  return line;
}

Json lines_of(const Json& section, const char* tool) {
  const bool fits =
      section.is_object() && (section.value("tool", "") == tool || section.value("language", "") == tool);
  return fits ? section["text"] : Json::array();
}

}  // namespace

Json casr_json(const Json& report) {
  Json made{{"Date", text(report["time"])},
            {"Uname", "Linux " + text(report["system_info"]["os_ver"]) + " aarch64"}};
  made["OS"] = "Linux";
  made["OSRelease"] = text(report["system_info"]["os_ver"]);
  made["Architecture"] = "aarch64";
  made["ExecutablePath"] = text(report["program"]["path"]);
  made["ProcCmdline"] = command_line(report["program"]["arguments"]);
  made["Stdin"] = text(report["program"]["stdin"]);
  made["ProcMaps"] = maps(report["maps"]);
  made["CrashSeverity"] = severity(report);
  made["Stacktrace"] =
      report["threads"].empty() ? Json::array() : stack_trace(report["threads"][0]["frames"]);
  made["Registers"] = report["registers"].is_null() ? Json::object() : report["registers"];
  made["Disassembly"] = disassembly(report["disassembly"]);
  made["AsanReport"] = lines_of(report["sanitizer"], "AddressSanitizer");
  made["UbsanReport"] = lines_of(report["sanitizer"], "UndefinedBehaviorSanitizer");
  made["GoReport"] = lines_of(report["panic"], "go");
  made["RustReport"] = lines_of(report["panic"], "rust");
  made["CrashLine"] = text(report["crash_line"]);
  return made;
}

}  // namespace rspbridge::proxy::triage
