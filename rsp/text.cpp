#include "rsp/text.hpp"

#include "rsp/escape.hpp"

namespace rspbridge::rsp {

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
