// What kind of crash it is, and how severe, by tables.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proxy/triage/facts.hpp"

namespace rspbridge::proxy::triage {

struct Kind {
  std::string_view name;  ///< as docs/crash-report.schema.json has it; empty if nothing crashed
  std::string title;      ///< one line for people
  std::vector<std::string> evidence;
};

/// The first row of the table of kinds that fits.
Kind recognise(const Facts& facts);

/// A class of CASR's (docs/classes.md of ispras/casr), for AArch64.
struct Severity {
  std::string_view type;  ///< EXPLOITABLE, …
  std::string name;       ///< the class: DestAvNearNull
  std::string_view description;
  std::string reason;
};

Severity rate(const Facts& facts, const Kind& kind);
/// The same of what AddressSanitizer found.
Severity rate_sanitizer(const Sanitizer& sanitizer);

}  // namespace rspbridge::proxy::triage
