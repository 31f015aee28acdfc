#include "proxy/triage/spelling.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <optional>

#include "rsp/text.hpp"

namespace rspbridge::proxy::triage {
namespace {

// Their last operand is an address. Loads of literals are recognised by having no bracket.
constexpr auto relative =
    std::to_array<std::string_view>({"adr", "adrp", "b", "bl", "cbnz", "cbz", "tbnz", "tbz"});
constexpr auto literal_loads = std::to_array<std::string_view>({"ldr", "ldrsw", "prfm"});
// Their immediates are hexadecimal, other than shift amounts; those of all others are decimal.
constexpr auto hexadecimal = std::to_array<std::string_view>(
    {"add",   "adds",  "and",  "ands",  "bic",    "brk",  "ccmn", "ccmp", "cmn", "cmp",  "dcps1",
     "dcps2", "dcps3", "eor",  "fccmp", "fccmpe", "hint", "hlt",  "hvc",  "mov", "movi", "movk",
     "movn",  "movz",  "mvni", "orr",   "smc",    "sub",  "subs", "svc",  "sys", "sysl", "tst"});
constexpr auto shifts =
    std::to_array<std::string_view>({"asr", "lsl", "lsr", "msl", "mul", "ror", "sxtb", "sxth", "sxtw", "sxtx",
                                     "uxtb", "uxth", "uxtw", "uxtx"});

template <std::size_t N>
bool is_among(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

/// One number after a `#`: what it is, and how many characters it took.
struct Number {
  bool negative = false;
  std::uint64_t magnitude = 0;
  std::size_t length = 0;
};

/// Nothing if it is no whole number.
std::optional<Number> parse_number(std::string_view text) {
  Number number;
  const char* at = text.data();
  const char* const end = at + text.size();
  if (at != end && *at == '-') number.negative = true, ++at;
  const bool hex = std::string_view(at, end).starts_with("0x");
  const auto [stop, error] = std::from_chars(hex ? at + 2 : at, end, number.magnitude, hex ? 16 : 10);
  if (error != std::errc() || (stop != end && (*stop == '.' || *stop == 'e'))) return std::nullopt;
  number.length = static_cast<std::size_t>(stop - text.data());
  return number;
}

/// A floating-point immediate: those are few and exact.
std::string floating(const std::string& decimal) {
  char* end = nullptr;
  const double value = std::strtod(decimal.c_str(), &end);
  if (end == decimal.c_str() || *end != '\0') return decimal;
  if (value == 0) return "0.0";  // of a comparison with zero, where it is no operand
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.18e", value);
  return text.data();
}

/// Rewrites the operands of one instruction from left to right.
class Operands {
 public:
  Operands(std::string_view mnemonic, std::string_view text) : mnemonic_(mnemonic), text_(text) {}
  std::string rewrite();

 private:
  bool is_address(std::string_view rest) const;
  bool is_decimal() const;
  /// Takes a number from the front of `rest`, which follows a `#`.
  std::string number(std::string_view& rest) const;

  std::string_view mnemonic_, text_;
  std::string out_;
};

bool Operands::is_address(std::string_view rest) const {
  if (rest.find(',') != std::string_view::npos || text_.find('[') != std::string_view::npos) return false;
  return is_among(relative, mnemonic_) || is_among(literal_loads, mnemonic_) || mnemonic_.starts_with("b.") ||
         mnemonic_.starts_with("bc.");
}

// SVE's vector additions are apart. What stands in brackets or behind them is an offset; what follows a shift
// or extension is its amount.
bool Operands::is_decimal() const {
  if (out_.find('[') != std::string::npos || !is_among(hexadecimal, mnemonic_)) return true;
  if (text_.starts_with('z') && (mnemonic_ == "add" || mnemonic_ == "sub")) return true;
  std::string_view before = out_;
  if (!before.empty() && before.back() == ' ') before.remove_suffix(1);
  return is_among(shifts, before.substr(std::min(before.size(), before.rfind(' ') + 1)));
}

std::string Operands::number(std::string_view& rest) const {
  const auto parsed = parse_number(rest);
  if (!parsed) {
    const std::string decimal(rest.substr(0, rest.find_first_of(",]")));
    rest.remove_prefix(decimal.size());
    return "#" + floating(decimal);
  }
  const bool address = is_address(rest);
  rest.remove_prefix(parsed->length);
  std::uint64_t value = parsed->magnitude;
  if (address) return rsp::hex_number(parsed->negative ? 0 - value : value);
  // Capstone shows negative offsets behind brackets as the 64-bit numbers that they would be.
  if (is_decimal() && value >> 63 != 0) return "#" + std::to_string(static_cast<std::int64_t>(value));
  if (is_decimal()) return "#" + std::string(parsed->negative ? "-" : "") + std::to_string(value);
  if (!parsed->negative) return "#" + rsp::hex_number(value);
  return "#" + rsp::hex_number(text_.starts_with('w') ? static_cast<std::uint32_t>(0 - value) : 0 - value);
}

std::string Operands::rewrite() {
  std::string_view rest = text_;
  for (auto hash = rest.find('#'); hash != std::string_view::npos; hash = rest.find('#')) {
    out_ += rest.substr(0, hash);
    rest.remove_prefix(hash + 1);
    out_ += number(rest);
  }
  out_ += rest;
  for (const auto& [theirs, ours] : {std::pair{", hs", ", cs"}, std::pair{", lo", ", cc"}})
    if (out_.ends_with(theirs)) out_.replace(out_.size() - 4, 4, ours);
  return out_;
}

/// The immediate of SVE's `mov` of a signed number to the elements of a vector (Arm ARM, "DUP (immediate)"
/// and "CPY (immediate)"). Capstone shows its low bits, which is another number.
std::optional<int> vector_immediate(std::uint32_t word) {
  if ((word & 0xff3fc000) != 0x2538c000 && (word & 0xff308000) != 0x05100000) return std::nullopt;
  const int value = static_cast<std::int8_t>(word >> 5 & 0xff);
  return (word >> 13 & 1) != 0 ? value * 256 : value;
}

}  // namespace

std::string spell(std::uint32_t word, std::string_view mnemonic, std::string_view operands) {
  std::string name(mnemonic);
  if (name == "b.hs") name = "b.cs";
  if (name == "b.lo") name = "b.cc";
  if (operands.empty()) return name;
  if (const auto value = vector_immediate(word))
    return name + '\t' + std::string(operands.substr(0, operands.find('#'))) + '#' + std::to_string(*value);
  return name + '\t' + Operands(name, operands).rewrite();
}

}  // namespace rspbridge::proxy::triage
