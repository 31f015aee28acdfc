// The symbol translator under arbitrary files.
#pragma once

#include <string_view>

#include "proxy/symbols/resolver.hpp"
#include "proxy/symbols/translate.hpp"
#include "tests/fuzz/require.hpp"

namespace rspbridge::fuzz {

inline void symbols(std::string_view data) {
  using namespace proxy::symbols;
  const auto made = translate(data, "fuzzed");
  if (made) {
    require(made->bytes.size() >= data.size(), "a translated file never shrinks");
    require(
        made->bytes.size() == data.size() || made->counts.inflated_sections + made->counts.signed_returns > 0,
        "a translated file grows only by decompressing and by rules for signed returns");
    require(!translate(made->bytes, "again"), "a file is translated once only");
  } else {
    require(made.error().message.starts_with("fuzzed: "), "a refusal names the file");
  }
  if (const auto named = with_resolver_names(data))
    require(named->size() > data.size() && !with_resolver_names(*named), "names are added once, at the end");
  static_cast<void>(build_id(data));
  require(is_arm64_elf(data) || !made, "only ARM64 files are translated");
}

}  // namespace rspbridge::fuzz
