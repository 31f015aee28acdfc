#include "proxy/http/arguments.hpp"

#include <algorithm>

#include "proxy/http/target.hpp"
#include "rsp/thread_id.hpp"

namespace rspbridge::proxy::http {
namespace {

using Checked = std::optional<BadArgument>;

BadArgument bad(const Parameter& parameter, const std::string& what) {
  return {400, "bad_parameter", "'" + std::string(parameter.name) + "' " + what};
}

Checked check_number(const Parameter& parameter, std::string_view text) {
  const auto number = parse_number(text);
  if (!number) return bad(parameter, "must be a decimal number, or a hexadecimal one with 0x, below 2^64.");
  if (*number < parameter.least)
    return bad(parameter, "must be at least " + std::to_string(parameter.least) + ".");
  if (*number <= parameter.most) return {};
  auto problem = bad(parameter, "must be at most " + std::to_string(parameter.most) + ".");
  if (parameter.most_is_size) problem = {413, "too_large", problem.sentence};
  return problem;
}

bool is_choice(std::string_view choices, std::string_view text) {
  while (!choices.empty()) {
    const auto choice = choices.substr(0, choices.find('|'));
    if (choice == text) return true;
    choices.remove_prefix(std::min(choices.size(), choice.size() + 1));
  }
  return false;
}

Checked check_value(const Parameter& parameter, std::string_view text) {
  switch (parameter.kind) {
    case Kind::number:
      return check_number(parameter, text);
    case Kind::choice:
      if (is_choice(parameter.choices, text)) return {};
      return bad(parameter, "must be one of " + std::string(parameter.choices) + ".");
    case Kind::permissions:
      if (!text.empty() && text.find_first_not_of("rwxps-") == std::string_view::npos) return {};
      return bad(parameter, "must be letters of r, w, x, p and s.");
    case Kind::thread: {
      const auto id = rsp::parse_thread_id(text);
      if (id && id->is_specific()) return {};
      return bad(parameter, "must be the id of one thread, as /debug/threads gives it.");
    }
    case Kind::text:
      break;
  }
  if (text.empty()) return bad(parameter, "must not be empty.");
  return {};
}

const Parameter* find(std::span<const Parameter> parameters, std::string_view name) {
  const auto found = std::find_if(parameters.begin(), parameters.end(),
                                  [&](const Parameter& parameter) { return parameter.name == name; });
  return found == parameters.end() ? nullptr : &*found;
}

}  // namespace

tl::expected<Arguments, BadArgument> Arguments::check(
    std::span<const Parameter> parameters, const std::vector<std::pair<std::string, std::string>>& query) {
  Arguments arguments;
  for (const auto& [name, value] : query) {
    const auto* parameter = find(parameters, name);
    if (parameter == nullptr && find(parameters, any_parameter) != nullptr) continue;
    if (parameter == nullptr)
      return tl::unexpected(
          BadArgument{400, "unknown_parameter", "There is no parameter '" + name + "' here."});
    if (arguments.text(parameter->name)) return tl::unexpected(bad(*parameter, "is given twice."));
    if (auto problem = check_value(*parameter, value)) return tl::unexpected(std::move(*problem));
    arguments.values_.push_back({parameter->name, value});
  }
  for (const auto& parameter : parameters) {
    if (arguments.text(parameter.name)) continue;
    if (parameter.required)
      return tl::unexpected(BadArgument{400, "missing_parameter",
                                        "The parameter '" + std::string(parameter.name) + "' is needed."});
    if (!parameter.otherwise.empty())
      arguments.values_.push_back({parameter.name, std::string(parameter.otherwise)});
  }
  return arguments;
}

std::optional<std::string_view> Arguments::text(std::string_view name) const {
  for (const auto& value : values_)
    if (value.name == name) return value.text;
  return std::nullopt;
}

std::optional<std::uint64_t> Arguments::number(std::string_view name) const {
  const auto value = text(name);
  if (!value) return std::nullopt;
  return parse_number(*value);
}

}  // namespace rspbridge::proxy::http
