#include "proxy/cli/look/crash_text.hpp"

namespace rspbridge::proxy::cli::look {
namespace {

using Json = nlohmann::json;

// What a target's files call themselves could hold anything; a terminal gets no control characters of it.
std::string text(const Json& value, const char* otherwise = "?") {
  if (!value.is_string()) return otherwise;
  std::string plain = value.get<std::string>();
  for (char& c : plain)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return plain;
}

std::string line(const char* name, const std::string& value) {
  std::string label(name);
  label.resize(10, ' ');
  return label + value + "\n";
}

std::string variables(const Json& list) {
  std::string made;
  if (!list.is_array()) return made;
  for (const Json& one : list)
    made += (made.empty() ? "" : ", ") + text(one.at("name")) + "=" + text(one.at("value"), "...");
  return made;
}

std::string frame_line(const Json& frame) {
  std::string made = "#" + std::to_string(frame.at("frame").get<int>());
  made.resize(5, ' ');
  if (!frame.at("inline").get<bool>()) made += text(frame.at("offset")) + " in ";
  // Of a function that debug information tells of they just weren't looked at.
  const bool untold = frame.at("arguments").is_null() && frame.at("file").is_string();
  made += text(frame.at("function"), "??") + " (" + (untold ? "..." : variables(frame.at("arguments"))) + ")";
  if (frame.at("file").is_string() && frame.at("line").is_number())
    made += " at " + text(frame.at("file")) + ":" + std::to_string(frame.at("line").get<int>());
  else if (frame.at("module").is_string())
    made += " from " + text(frame.at("module")) + "+" + text(frame.at("module_offset"));
  const std::string trust = text(frame.at("trust"));
  if (trust == "frame_pointer" || trust == "link_register") made += "  [by " + trust + "]";
  return made + "\n";
}

std::string thread_text(const Json& thread) {
  std::string made = "\nThread " + std::to_string(thread.at("thread_id").get<long>());
  if (thread.at("thread_name").is_string()) made += " (" + text(thread.at("thread_name")) + ")";
  made += ":\n";
  for (const Json& frame : thread.at("frames")) made += frame_line(frame);
  if (thread.at("truncated").is_string()) made += "     ended: " + text(thread.at("truncated")) + "\n";
  return made;
}

}  // namespace

std::string crash_text(const Json& report, const Terminal&) {
  std::string made;
  const Json& crash = report.at("crash_info");
  if (crash.is_object()) {
    made += line("crash", text(crash.at("title")) + " (" + text(crash.at("type"), "no signal") + ")");
    made += line("kind", text(crash.at("kind")));
    if (crash.at("region").is_string())
      made += line("address", text(crash.at("address")) + ", " + text(crash.at("region")));
    if (crash.at("instruction").is_string()) made += line("at pc", text(crash.at("instruction")));
  } else {
    made += line("outcome", text(report.at("outcome")));
  }
  if (report.at("crash_line").is_string()) made += line("line", text(report.at("crash_line")));
  if (report.at("severity").is_object())
    made += line("severity", text(report.at("severity").at("type")) + " " +
                                 text(report.at("severity").at("short_description")) + ": " +
                                 text(report.at("severity").at("explanation")));
  if (report.at("hash").is_object())
    made += line("hash", text(report.at("hash").at("exact")) + " (coarse " +
                             text(report.at("hash").at("coarse")) + ")");
  for (const Json& thread : report.at("threads")) made += thread_text(thread);
  return made;
}

}  // namespace rspbridge::proxy::cli::look
