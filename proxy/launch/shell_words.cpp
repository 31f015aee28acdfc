#include "proxy/launch/shell_words.hpp"

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
    std::snprintf(buffer.data(), buffer.size(), "\\%03o", static_cast<unsigned>(static_cast<unsigned char>(c)));
    out += buffer.data();
  }
  return out;
}

bool needs_octal(std::string_view text) {
  if (text.starts_with('-')) return true;  // printf would take it for an option
  for (char c : text)
    if (!plain(c)) return true;
  return false;
}

}  // namespace

std::string login_shell_command(std::string_view script, const std::vector<std::string>& arguments) {
  // "$(…)" drops newlines at the end, so an argument that ends in one gets an x that is cut off again.
  std::string inner = "set --;";
  for (const std::string& argument : arguments) {
    if (argument.empty()) {
      inner += "set -- \"$@\" \"\";";
    } else if (!needs_octal(argument)) {
      inner += "set -- \"$@\" " + argument + ";";
    } else {
      std::string text = octal(argument);
      if (text.starts_with('-')) text.replace(0, 1, "\\055");
      inner += "rspbridge_a=$(printf \"" + text + "x\");set -- \"$@\" \"${rspbridge_a%x}\";";
    }
  }
  inner += "unset rspbridge_a;";
  inner += script;
  return "/bin/sh -c '" + inner + "'";
}

}  // namespace rspbridge::proxy::launch
