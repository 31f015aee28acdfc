#include "proxy/launch/shell_words.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace rspbridge::proxy::launch {
namespace {

bool plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_-./:=+,@").find(c) != std::string_view::npos;
}

std::string octal(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (plain(c)) {
      out += c;
      continue;
    }
    if (c == '%') {  // dash turns \045 into a conversion
      out += "%%";
      continue;
    }
    std::array<char, 8> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "\\%03o",
                  static_cast<unsigned>(static_cast<unsigned char>(c)));
    out += buffer.data();
  }
  return out;
}

}  // namespace

std::string login_shell_command(std::string_view script, const std::vector<std::string>& arguments) {
  // "$(…)" drops newlines at the end, hence the x that is cut off again.
  std::string decode =
      "rspbridge_n=$#;while [ $rspbridge_n -gt 0 ];do rspbridge_a=$(printf \"$1x\");"
      "set -- \"$@\" \"${rspbridge_a%x}\";shift;rspbridge_n=$((rspbridge_n-1));done;unset rspbridge_a "
      "rspbridge_n;";
  std::string command = "/bin/sh -c '" + decode + std::string(script) + "' sh";
  for (const std::string& argument : arguments) {
    std::string text = octal(argument);
    if (text.starts_with('-')) text.replace(0, 1, "\\055");  // no option of printf's
    command += " '" + text + "'";
  }
  return command;
}

std::string login_shell_script(std::string_view script) {
  constexpr std::size_t piece = 900;
  std::string joined, pieces;
  for (std::size_t n = 1; !script.empty(); ++n) {
    joined += "${" + std::to_string(n) + "}";
    pieces += " '" + std::string(script.substr(0, piece)) + "'";
    script.remove_prefix(std::min(script.size(), piece));
  }
  return "/bin/sh -c 'eval \"" + joined + "\"' sh" + pieces;
}

}  // namespace rspbridge::proxy::launch
