#include "rsp/vcont.hpp"

#include <algorithm>

#include "rsp/escape.hpp"
#include "rsp/text.hpp"

namespace rspbridge::rsp {
namespace {

constexpr std::string_view prefix = "vCont";

bool parse_signal(std::string_view text, VContAction& action) {
  const auto signal = parse_hex(text);
  if (!signal || *signal > 0xff) return false;
  action.signal = static_cast<std::uint8_t>(*signal);
  return true;
}

bool parse_range(std::string_view text, VContAction& action) {
  const auto ends = cut(text, ',');
  if (!ends) return false;
  const auto start = parse_hex(ends->first);
  const auto end = parse_hex(ends->second);
  if (!start || !end || *start > *end) return false;
  action.range_start = *start;
  action.range_end = *end;
  return true;
}

std::optional<VContAction> parse_action(std::string_view text) {
  VContAction action;
  if (const auto parts = cut(text, ':')) {
    action.thread = parse_thread_id(parts->second);
    if (!action.thread) return std::nullopt;
    text = parts->first;
  }
  if (text.empty()) return std::nullopt;
  action.action = text.front();
  const auto argument = text.substr(1);
  bool good = false;
  switch (action.action) {
    case 'c':
    case 's':
    case 't':
      good = argument.empty();
      break;
    case 'C':
    case 'S':
      good = parse_signal(argument, action);
      break;
    case 'r':
      good = parse_range(argument, action);
      break;
    default:
      break;
  }
  return good ? std::optional(action) : std::nullopt;
}

}  // namespace

std::optional<std::vector<VContAction>> parse_vcont(std::string_view payload) {
  if (!payload.starts_with(prefix)) return std::nullopt;
  payload.remove_prefix(prefix.size());
  std::vector<VContAction> actions;
  while (!payload.empty()) {
    if (payload.front() != ';' || actions.size() == max_vcont_actions) return std::nullopt;
    payload.remove_prefix(1);
    const auto end = std::min(payload.find(';'), payload.size());
    const auto action = parse_action(payload.substr(0, end));
    if (!action) return std::nullopt;
    actions.push_back(*action);
    payload.remove_prefix(end);
  }
  if (actions.empty()) return std::nullopt;
  return actions;
}

}  // namespace rspbridge::rsp
