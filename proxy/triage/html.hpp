// A report as a page for people.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace rspbridge::proxy::triage {

/// One HTML page, with nothing outside of it, of a report as docs/crash-report.schema.json has it.
std::string html_page(const nlohmann::ordered_json& report);

}  // namespace rspbridge::proxy::triage
