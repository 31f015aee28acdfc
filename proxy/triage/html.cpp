#include "proxy/triage/html.hpp"

#include <nlohmann/json.hpp>

namespace rspbridge::proxy::triage {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view style =
    "body{font:14px/1.45 system-ui,sans-serif;margin:2em auto;max-width:75em;padding:0 1em}"
    "h1{font-size:1.5em}h2{font-size:1.1em;margin-top:1.6em}table{border-collapse:collapse;width:100%}"
    "td,th{border-bottom:1px solid #ddd;padding:.2em .6em;text-align:left;vertical-align:top}"
    "code,pre,td.m{font-family:ui-monospace,monospace;font-size:12px}pre{background:#f6f6f6;padding:.7em;"
    "overflow:auto}"
    "tr.pc{background:#fff3c4}tr.inline td{color:#555}.sev{padding:.1em "
    ".5em;border-radius:.3em;background:#eee}"
    ".EXPLOITABLE{background:#f6c1c1}.PROBABLY_EXPLOITABLE{background:#fbe0b0}.NOT_EXPLOITABLE{background:#"
    "d7ecd2}"
    "@media(prefers-color-scheme:dark){body{background:#181818;color:#ddd}pre{background:#242424}"
    "td,th{border-color:#333}tr.pc{background:#4a4015}tr.inline td{color:#aaa}.sev{color:#111}}";

std::string escaped(std::string_view text) {
  std::string made;
  for (const char c : text) switch (c) {
      case '&':
        made += "&amp;";
        break;
      case '<':
        made += "&lt;";
        break;
      case '>':
        made += "&gt;";
        break;
      case '"':
        made += "&quot;";
        break;
      default:
        made += c;
    }
  return made;
}

// Any value as text that is safe in HTML.
std::string shown(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return escaped(value.get<std::string>());
  return escaped(value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string row(std::string_view name, const Json& value) {
  if (value.is_null()) return {};
  return "<tr><th>" + std::string(name) + "</th><td>" + shown(value) + "</td></tr>\n";
}

std::string cells(std::initializer_list<std::string> texts, std::string_view row_class = "") {
  std::string made = "<tr" + (row_class.empty() ? "" : " class=\"" + std::string(row_class) + '"') + ">";
  for (const std::string& text : texts) made += "<td class=\"m\">" + text + "</td>";
  return made + "</tr>\n";
}

std::string variables(const Json& list) {
  std::string made;
  if (list.is_array())
    for (const Json& one : list)
      made += (made.empty() ? "" : "<br>") + shown(one["type"]) + " " + shown(one["name"]) + " = " +
              (one["value"].is_null() ? "…" : shown(one["value"]));
  return made;
}

std::string place(const Json& frame) {
  if (!frame["file"].is_null())
    return shown(frame["file"]) + (frame["line"].is_null() ? "" : ":" + shown(frame["line"]));
  if (!frame["module"].is_null()) return shown(frame["module"]) + "+" + shown(frame["module_offset"]);
  return "";
}

std::string thread_section(const Json& thread) {
  std::string made =
      "<h2>Thread " + shown(thread["thread_id"]) + " " + shown(thread["thread_name"]) + "</h2><table>\n";
  for (const Json& frame : thread["frames"])
    made += cells({"#" + shown(frame["frame"]), shown(frame["offset"]),
                   frame["function"].is_null() ? "??" : shown(frame["function"]), place(frame),
                   shown(frame["trust"]), variables(frame["arguments"]), variables(frame["locals"])},
                  frame["inline"] == true ? "inline" : "");
  made += "</table>\n";
  if (!thread["truncated"].is_null())
    made += "<p>The frames end here: " + shown(thread["truncated"]) + ".</p>\n";
  return made;
}

std::string summary(const Json& report) {
  std::string made = "<table>\n";
  const Json& crash = report["crash_info"];
  if (crash.is_object()) {
    made += row("kind", crash["kind"]) + row("signal", crash["type"]) + row("address", crash["address"]);
    made += row("where that is", crash["region"]) + row("instruction", crash["instruction"]);
    made += row("message", crash["assertion"]) + row("exception", crash["exception_type"]);
    for (const Json& one : crash["evidence"]) made += row("recognised by", one);
  }
  made += row("line", report["crash_line"]);
  const Json& severity = report["severity"];
  if (severity.is_object())
    made += "<tr><th>severity</th><td><span class=\"sev " + shown(severity["type"]) + "\">" +
            shown(severity["type"]) + "</span> " + shown(severity["short_description"]) + ": " +
            shown(severity["explanation"]) + "</td></tr>\n";
  if (report["hash"].is_object())
    made += row("hash", report["hash"]["exact"]) + row("coarse hash", report["hash"]["coarse"]);
  made += row("program", report["program"]["arguments"]) + row("input", report["program"]["input"]);
  made += row("target", report["session"]["target"]) + row("core file", report["session"]["core"]) +
          row("time", report["time"]);
  for (const Json& one : report["session"]["notes"]) made += row("note", one);
  return made + "</table>\n";
}

std::string registers(const Json& report) {
  if (!report["registers"].is_object()) return {};
  std::string made = "<h2>Registers</h2><pre>";
  int column = 0;
  for (const auto& [name, value] : report["registers"].items()) {
    std::string one = name + " " + (value.is_null() ? "unknown" : value.get<std::string>());
    one.resize(std::max<std::size_t>(one.size() + 1, 30), ' ');
    made += escaped(one) + (++column % 4 == 0 ? "\n" : "");
  }
  return made + "</pre>\n";
}

std::string disassembly(const Json& report) {
  std::string made = "<h2>Around pc</h2><table>\n";
  for (const Json& one : report["disassembly"])
    made += cells({shown(one["address"]), shown(one["word"]),
                   one["text"].is_null() ? "can't be read" : shown(one["text"])},
                  one["current"] == true ? "pc" : "");
  return made + "</table>\n";
}

std::string memory(const Json& report) {
  std::string made = "<h2>Memory at the registers</h2><table>\n";
  for (const Json& one : report["memory"])
    made += cells({shown(one["register"]), shown(one["address"]),
                   one["bytes"].is_null() ? "can't be read" : shown(one["bytes"]), shown(one["region"])});
  return made + "</table>\n";
}

std::string maps(const Json& report) {
  if (!report["maps"].is_array()) return {};
  std::string made = "<h2>Memory map</h2><table>\n";
  for (const Json& one : report["maps"])
    made += cells({shown(one["Addr"]), shown(one["Size"]),
                   std::string(one["Read"] == true ? "r" : "-") + (one["Write"] == true ? "w" : "-") +
                       (one["Exec"] == true ? "x" : "-"),
                   one["label"].is_null() ? shown(one["Filename"]) : shown(one["label"])});
  return made + "</table>\n";
}

}  // namespace

std::string html_page(const Json& report) {
  const Json& crash = report["crash_info"];
  const std::string title = crash.is_object() ? shown(crash["title"]) : shown(report["outcome"]);
  std::string page = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + title +
                     "</title><style>" + std::string(style) + "</style></head><body>\n<h1>" + title +
                     "</h1>\n";
  page += summary(report);
  for (const Json& thread : report["threads"]) page += thread_section(thread);
  if (!report["threads"].empty()) page += disassembly(report) + registers(report) + memory(report);
  if (!report["program"]["output_tail"].is_null())
    page += "<h2>Output</h2><pre>" + shown(report["program"]["output_tail"]) + "</pre>\n";
  return page + maps(report) + "</body></html>\n";
}

}  // namespace rspbridge::proxy::triage
