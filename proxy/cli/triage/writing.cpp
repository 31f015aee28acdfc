#include "proxy/cli/triage/writing.hpp"

#include <unistd.h>

#include <string>

#include "proxy/cli/errors.hpp"
#include "proxy/cli/look/crash_text.hpp"
#include "proxy/cli/look/output_file.hpp"
#include "proxy/cli/look/terminal.hpp"
#include "proxy/triage/html.hpp"
#include "proxy/triage/report.hpp"

namespace rspbridge::proxy::cli::triaging {
namespace {

void write_file(const std::filesystem::path& path, const std::string& text) {
  look::OutputFile file(path);
  file.write(text);
  file.finish();
}

}  // namespace

void write_report(const nlohmann::ordered_json& report, const cli::Options& options) {
  const auto& asked = options.triage;
  const std::string text = proxy::triage::json_text(asked.casr ? proxy::triage::casr_json(report) : report);
  if (!asked.html.empty()) write_file(asked.html, proxy::triage::html_page(report));
  if (asked.json == "-" || (asked.casr && asked.json.empty())) return look::write_out(text);
  if (!asked.json.empty()) write_file(asked.json, text);
  look::write_out(look::crash_text(report, look::terminal_of(STDOUT_FILENO)));
}

int exit_code(const nlohmann::ordered_json& report) {
  const std::string outcome = report.at("outcome").get<std::string>();
  if (outcome == "crash") return exit_crash;
  return outcome == "hang" ? int{exit_timeout} : int{exit_ok};
}

}  // namespace rspbridge::proxy::cli::triaging
