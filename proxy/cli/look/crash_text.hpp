// A crash report as text for people.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "proxy/cli/look/terminal.hpp"

namespace rspbridge::proxy::cli::look {

/// A report as docs/crash-report.schema.json has it: what happened, where, how severe, and the stacks. Throws
/// nlohmann::json::exception if it isn't one.
std::string crash_text(const nlohmann::json& report, const Terminal& terminal);

}  // namespace rspbridge::proxy::cli::look
