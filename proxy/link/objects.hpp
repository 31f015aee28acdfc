// Objects of the target that are read part by part (qXfer).
#pragma once

#include <optional>
#include <string>

namespace rspbridge::proxy::link {

/// The request for the part that follows `reply` (run-length expanded) to `request`, if the object is one
/// that is worth having whole and that may be asked for unasked: reading some has effects (`btrace`).
std::optional<std::string> following_part(const std::string& request, const std::string& reply);

}  // namespace rspbridge::proxy::link
