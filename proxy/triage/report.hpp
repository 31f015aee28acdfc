// The report as JSON: docs/crash-report.schema.json.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "proxy/triage/analysis.hpp"

namespace rspbridge::proxy::triage {

/// The whole report; `version` is this program's.
nlohmann::ordered_json report_json(const Stopped& stopped, const Analysis& analysis,
                                   std::string_view version);

/// The threads alone, of the same shape.
nlohmann::ordered_json threads_json(const Stopped& stopped, const Analysis& analysis);

/// A report in the shape of CASR's (.casrep), made of one in ours.
nlohmann::ordered_json casr_json(const nlohmann::ordered_json& report);

/// As text, indented by one blank. Bytes that are no UTF-8 become U+FFFD.
std::string json_text(const nlohmann::ordered_json& document);

}  // namespace rspbridge::proxy::triage
