#include "rsp/text.hpp"

#include "rsp/escape.hpp"

namespace rspbridge::rsp {

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

std::string hex_number(std::uint64_t value) {
  return "0x" + format_hex(value);
}

std::string printable(std::string_view bytes, std::size_t max_bytes) {
  std::string out;
  for (const char c : bytes.substr(0, max_bytes)) {
    const bool plain = c >= ' ' && c <= '~' && c != '"' && c != '\\';
    if (plain) {
      out += c;
    } else {
      out += "\\x" + to_hex({&c, 1});
    }
  }
  if (bytes.size() > max_bytes) out += "...";
  return out;
}

std::string quote(std::string_view bytes, std::size_t max_bytes) {
  return '"' + printable(bytes, max_bytes) + '"';
}

}  // namespace rspbridge::rsp
