// `monitor rspbridge hints`: what the GDB helper tells of the user's command.
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "proxy/link/address_ranges.hpp"
#include "proxy/near/client.hpp"
#include "proxy/near/view/handlers.hpp"
#include "proxy/near/view/view.hpp"
#include "rsp/escape.hpp"

namespace rspbridge::proxy::near {
namespace {

using StepHint = link::StepHint;

std::optional<link::AddressRange> parse_range(const std::string& word) {
  const auto dash = word.find('-');
  if (dash == std::string::npos) return std::nullopt;
  const auto start = rsp::parse_hex(std::string_view(word).substr(0, dash));
  const auto end = rsp::parse_hex(std::string_view(word).substr(dash + 1));
  if (!start || !end || *start >= *end) return std::nullopt;
  return link::AddressRange{*start, *end};
}

std::string describe(const View& view, const Shared& shared) {
  if (!view.takes_hints) return "Each step is GDB's own.\n";
  if (!shared.runs_through_calls)
    return "Each step is GDB's own: only a far helper on the target runs through calls.\n";
  return "Calls that GDB steps over are run through on the target when GDB's helper, "
         "scripts/gdb/rspbridge.py, tells that the command is next or step.\n";
}

}  // namespace

Task<std::string> monitor_hints(View& view, std::string arguments) {
  Client& client = view.client();
  std::istringstream words(arguments);
  std::string command, word;
  words >> command;
  StepHint hint;
  if (command == "on" || command == "off")
    view.takes_hints = command == "on";
  else if (command == "next")
    hint.calls = StepHint::Calls::all;
  else if (command == "step")
    hint.calls = StepHint::Calls::listed;
  else if (!command.empty() && command != "none")
    co_return "Say on or off. GDB's helper says next, step START-END... (either with line START-END...), "
              "or none.\n";
  std::vector<link::AddressRange>* ranges = hint.calls == StepHint::Calls::listed ? &hint.listed : nullptr;
  while (words >> word) {
    if (hint.calls != StepHint::Calls::none && word == "line") {
      ranges = &hint.line;
      continue;
    }
    const auto range = parse_range(word);
    if (!range || !ranges) co_return "This is no range of addresses in hex: " + word + "\n";
    ranges->push_back(*range);
  }
  hint.listed = link::in_order(std::move(hint.listed));
  hint.line = link::in_order(std::move(hint.line));
  const bool tells = !command.empty() && command != "on" && command != "off";
  if (!view.takes_hints || !client.shared().runs_through_calls) hint = {};
  client.give_hint(std::move(hint));
  if (tells) co_return "";
  co_return describe(view, client.shared());
}

}  // namespace rspbridge::proxy::near
