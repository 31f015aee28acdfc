// From Capstone's spelling of A64 instructions to that of GNU binutils, which GDB has.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rspbridge::proxy::triage {

/// The instruction `word`: mnemonic, TAB and operands (no TAB without operands) as binutils prints them,
/// without its comments
/// ("// #1"): numbers in the base that it takes, addresses without `#`, `cs` and `cc` for `hs` and `lo`.
std::string spell(std::uint32_t word, std::string_view mnemonic, std::string_view operands);

}  // namespace rspbridge::proxy::triage
