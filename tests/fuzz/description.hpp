// Target descriptions under arbitrary documents. The input is split at NUL bytes: the first document
// is target.xml, those after it are what a stub has for the includes a.xml, b.xml, and so on.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "rsp/target_description.hpp"
#include "tests/fuzz/require.hpp"

namespace rspbridge::fuzz {

inline void check_description(const rsp::TargetDescription& description,
                              const rsp::DescriptionLimits& limits) {
  std::set<std::uint32_t> regnums;
  require(description.features.size() <= limits.max_registers, "features are bounded");
  for (const auto& feature : description.features) {
    require(!feature.name.empty(), "features have names");
    for (const auto& reg : feature.registers) {
      require(!reg.name.empty(), "registers have names");
      require(reg.bitsize > 0 && reg.bitsize <= limits.max_register_bits, "bitsize is sane");
      require(reg.regnum <= limits.max_regnum, "regnum is sane");
      require(regnums.insert(reg.regnum).second, "regnums differ");
    }
  }
  require(regnums.size() <= limits.max_registers, "registers are bounded");
}

inline void description(std::string_view data) {
  std::map<std::string, std::string_view, std::less<>> annexes;
  const auto take = [&data] {
    const auto end = std::min(data.find('\0'), data.size());
    const auto document = data.substr(0, end);
    data.remove_prefix(std::min(end + 1, data.size()));
    return document;
  };
  const auto main = take();
  for (char name = 'a'; name <= 'z' && !data.empty(); ++name) annexes[std::string(1, name) + ".xml"] = take();

  rsp::DescriptionLimits limits;
  limits.max_bytes = 65536;
  limits.max_registers = 64;
  int fetches = 0;
  const auto fetch = [&](std::string_view href) -> std::optional<std::string> {
    require(++fetches <= limits.max_includes, "fetches are bounded");
    const auto found = annexes.find(href);
    if (found == annexes.end()) return std::nullopt;
    return std::string(found->second);
  };
  const auto parsed = rsp::parse_target_description(main, fetch, limits);
  if (parsed) check_description(*parsed, limits);
  require(parsed || !parsed.error().empty(), "an error has a sentence");

  const auto hrefs = rsp::included_annexes(main);
  require(!parsed || hrefs.has_value(), "what parses has its includes listed");
  require(!hrefs || hrefs->size() <= 32, "listed includes are bounded");
}

}  // namespace rspbridge::fuzz
