#include "rsp/escape.hpp"

#include <algorithm>
#include <array>

namespace rspbridge::rsp {
namespace {

constexpr char escape_bit = 0x20;
// `c*n`: n is 29 plus the number of repeats after c, and a printable character.
constexpr int run_bias = 29;
constexpr std::size_t min_repeats = 3;
constexpr std::size_t max_repeats = '~' - run_bias;

constexpr bool needs_escape(char c) {
  return c == '#' || c == '$' || c == '}' || c == '*';
}

constexpr char hex_digits[] = "0123456789abcdef";

// By character; -1 for what is no digit.
constexpr std::array<std::int8_t, 256> digit_values = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::int8_t i = 0; i < 10; ++i) values['0' + static_cast<std::size_t>(i)] = i;
  for (std::int8_t i = 10; i < 16; ++i)
    for (const char a : {'a', 'A'}) values[static_cast<std::size_t>(a - 10 + i)] = i;
  return values;
}();

constexpr int hex_digit(char c) {
  return digit_values[static_cast<unsigned char>(c)];
}

/// The longest run of at most `wanted` repeats whose count may be on the wire.
constexpr std::size_t sendable_repeats(std::size_t wanted) {
  std::size_t repeats = std::min(wanted, max_repeats);
  const auto reads_as_framing = [](std::size_t n) {
    const auto count = static_cast<char>(run_bias + static_cast<int>(n));
    return count == '#' || count == '$' || count == '+' || count == '-';
  };
  while (reads_as_framing(repeats)) --repeats;
  return repeats;
}

}  // namespace

std::string escape(std::string_view binary) {
  std::string out;
  out.reserve(binary.size() + binary.size() / 32);
  for (const char c : binary) {
    if (needs_escape(c)) {
      out += '}';
      out += static_cast<char>(c ^ escape_bit);
    } else {
      out += c;
    }
  }
  return out;
}

std::optional<std::string> unescape(std::string_view payload) {
  std::string out;
  out.reserve(payload.size());
  while (!payload.empty()) {
    const auto mark = std::min(payload.find('}'), payload.size());
    out.append(payload.substr(0, mark));
    payload.remove_prefix(mark);
    if (payload.empty()) break;
    if (payload.size() == 1) return std::nullopt;
    out += static_cast<char>(payload[1] ^ escape_bit);
    payload.remove_prefix(2);
  }
  return out;
}

std::optional<std::string> expand_runs(std::string_view payload, std::size_t max_size) {
  std::string out;
  out.reserve(std::min(payload.size(), max_size));
  while (!payload.empty()) {
    const auto star = std::min(payload.find('*'), payload.size());
    if (star > max_size - out.size()) return std::nullopt;
    out.append(payload.substr(0, star));
    payload.remove_prefix(star);
    if (payload.empty()) break;
    if (out.empty() || payload.size() == 1) return std::nullopt;
    const int repeats = static_cast<unsigned char>(payload[1]) - run_bias;
    if (repeats < static_cast<int>(min_repeats) || repeats > static_cast<int>(max_repeats)) {
      return std::nullopt;
    }
    if (static_cast<std::size_t>(repeats) > max_size - out.size()) return std::nullopt;
    const char repeated = out.back();
    out.append(static_cast<std::size_t>(repeats), repeated);
    payload.remove_prefix(2);
  }
  return out;
}

std::string encode_runs(std::string_view payload) {
  std::string out;
  out.reserve(payload.size());
  while (!payload.empty()) {
    const char c = payload.front();
    // No further than one count reaches, lest a long run be measured again for each of its counts.
    const auto window = payload.substr(0, max_repeats + 1);
    const auto run = std::min(window.find_first_not_of(c), window.size());
    const auto repeats = sendable_repeats(run - 1);
    out += c;
    payload.remove_prefix(1);
    if (repeats >= min_repeats) {
      out += '*';
      out += static_cast<char>(run_bias + static_cast<int>(repeats));
      payload.remove_prefix(repeats);
    }
  }
  return out;
}

std::string to_hex(std::string_view bytes) {
  std::string out(bytes.size() * 2, '\0');
  auto digit = out.begin();
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    *digit++ = hex_digits[byte >> 4];
    *digit++ = hex_digits[byte & 15];
  }
  return out;
}

std::optional<std::string> from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string out(hex.size() / 2, '\0');
  int all = 0;  // negative once a digit is: a branch for each would cost more than the digits themselves
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = hex_digit(hex[2 * i]);
    const int low = hex_digit(hex[2 * i + 1]);
    all |= high | low;
    out[i] = static_cast<char>(high * 16 + low);
  }
  if (all < 0) return std::nullopt;
  return out;
}

std::optional<std::uint64_t> parse_hex(std::string_view digits) {
  if (digits.empty() || digits.size() > 16) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : digits) {
    const int digit = hex_digit(c);
    if (digit < 0) return std::nullopt;
    value = value << 4 | static_cast<unsigned>(digit);
  }
  return value;
}

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = std::min<std::size_t>(bytes.size(), sizeof value); i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

std::string format_hex(std::uint64_t value) {
  std::array<char, 16> digits;
  auto first = digits.end();
  do {
    *--first = hex_digits[value & 15];
    value >>= 4;
  } while (value != 0);
  return {first, digits.end()};
}

}  // namespace rspbridge::rsp
