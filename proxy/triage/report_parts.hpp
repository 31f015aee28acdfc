// Parts of a report, and its values.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

#include "proxy/triage/analysis.hpp"

namespace rspbridge::proxy::triage::parts {

/// "0x1f".
nlohmann::ordered_json hex(std::uint64_t value);
/// null without a value.
nlohmann::ordered_json hex(const std::optional<std::uint64_t>& value);
/// null for an empty text.
nlohmann::ordered_json text(std::string_view value);

/// null without a value.
template <class T>
nlohmann::ordered_json optional(const std::optional<T>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

nlohmann::ordered_json registers_json(const Stopped& stopped);
nlohmann::ordered_json disassembly_json(const Stopped& stopped, const Analysis& analysis);
nlohmann::ordered_json memory_json(const Analysis& analysis);
nlohmann::ordered_json modules_json(const Stopped& stopped, const Analysis& analysis);
nlohmann::ordered_json maps_json(const Stopped& stopped);

}  // namespace rspbridge::proxy::triage::parts
