#include "proxy/http/json_text.hpp"

#include <array>
#include <charconv>
#include <cstddef>

#include "rsp/escape.hpp"

namespace rspbridge::proxy::http {
namespace {

constexpr std::string_view replacement = "\\ufffd";

// Which bytes stand for themselves.
using ByteSet = std::array<bool, 256>;

constexpr ByteSet plain_bytes(JsonStyle style) {
  ByteSet set{};
  for (std::size_t c = 0x20; c < 0x80; ++c)
    set[c] = c != '"' && c != '\\' && (style == JsonStyle::plain || (c != '<' && c != '>' && c != '&'));
  return set;
}

constexpr ByteSet plain_in_json = plain_bytes(JsonStyle::plain), plain_in_go = plain_bytes(JsonStyle::go);

void append_escaped(std::string& out, unsigned char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00" + rsp::format_hex(c >> 4) + rsp::format_hex(c & 15);
  }
}

// The length of the UTF-8 sequence of two bytes or more that `text` begins with; 0 if it is none (RFC 3629).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char first = byte(0);
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (std::size_t at = 1; at < length; ++at)
    if ((byte(at) & 0xc0) != 0x80) return 0;
  const unsigned char second = byte(1);
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool beyond = (first == 0xed && second > 0x9f) || (first == 0xf4 && second > 0x8f);
  return overlong || beyond ? 0 : length;
}

// Appends what isn't plain at the front of `text`; returns how many bytes of it that was.
std::size_t append_special(std::string& out, std::string_view text, JsonStyle style) {
  const auto c = static_cast<unsigned char>(text.front());
  if (c < 0x80) {
    append_escaped(out, c);
    return 1;
  }
  const auto length = sequence_length(text);
  const auto sequence = text.substr(0, length);
  if (length == 0)
    out += replacement;
  else if (style == JsonStyle::go && (sequence == "\u2028" || sequence == "\u2029"))
    out += sequence == "\u2028" ? "\\u2028" : "\\u2029";
  else
    out += sequence;
  return length == 0 ? 1 : length;
}

template <class Number>
void append_number(std::string& out, Number number) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

}  // namespace

void append_json(std::string& out, std::string_view text, JsonStyle style) {
  const ByteSet& stands_for_itself = style == JsonStyle::go ? plain_in_go : plain_in_json;
  out += '"';
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && stands_for_itself[static_cast<unsigned char>(text[plain])]) ++plain;
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (!text.empty()) text.remove_prefix(append_special(out, text, style));
  }
  out += '"';
}

void append_json(std::string& out, std::uint64_t number) {
  append_number(out, number);
}
void append_json(std::string& out, std::int64_t number) {
  append_number(out, number);
}

}  // namespace rspbridge::proxy::http
