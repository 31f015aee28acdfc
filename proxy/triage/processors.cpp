#include "proxy/triage/processors.hpp"

#include <array>
#include <string>
#include <utility>

namespace rspbridge::proxy::triage {
namespace {

// Of "key\t: value"; nothing if the line is of another key.
std::string_view value_of(std::string_view line, std::string_view key) {
  const auto colon = line.find(": ");
  if (colon == std::string_view::npos || !line.starts_with(key)) return {};
  const auto between = line.substr(key.size(), colon - key.size());
  return between.find_first_not_of("\t ") == std::string_view::npos ? line.substr(colon + 2)
                                                                    : std::string_view();
}

}  // namespace

void set_processors(System& system, std::string_view cpuinfo) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> told{
      {{"CPU implementer", "implementer"},
       {"CPU variant", "variant"},
       {"CPU part", "part"},
       {"CPU revision", "revision"},
       {"Features", "features"}}};
  std::array<std::string, told.size()> values;
  std::uint64_t count = 0;
  while (!cpuinfo.empty()) {
    const auto end = cpuinfo.find('\n');
    const std::string_view line = cpuinfo.substr(0, end);
    cpuinfo.remove_prefix(end == std::string_view::npos ? cpuinfo.size() : end + 1);
    if (!value_of(line, "processor").empty()) ++count;
    for (std::size_t i = 0; i < told.size(); ++i)
      if (values[i].empty()) values[i] = value_of(line, told[i].first);
  }
  if (count != 0) system.processors = count;
  for (std::size_t i = 0; i < told.size(); ++i)
    if (!values[i].empty())
      system.cpu_info +=
          (system.cpu_info.empty() ? "" : ", ") + std::string(told[i].second) + " " + values[i];
}

}  // namespace rspbridge::proxy::triage
