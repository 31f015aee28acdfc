// Where a report goes.
#pragma once

#include <nlohmann/json.hpp>

#include "proxy/cli/options.hpp"

namespace rspbridge::proxy::cli::triaging {

enum TriageExit : int { exit_crash = 3, exit_timeout = 4 };

/// Writes the files that the options name, each whole or not at all, and prints the report as text unless
/// JSON goes to stdout. Throws Failure.
void write_report(const nlohmann::ordered_json& report, const cli::Options& options);

/// 0, 3 or 4, as the report's outcome is.
int exit_code(const nlohmann::ordered_json& report);

}  // namespace rspbridge::proxy::cli::triaging
