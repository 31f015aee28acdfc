#include "proxy/cli/look/hex_dump.hpp"

#include <fmt/format.h>

#include "rsp/escape.hpp"

namespace rspbridge::proxy::cli::look {
namespace {

constexpr std::size_t bytes_a_line = 16;

void append_line(std::string& out, std::uint64_t address, std::string_view bytes) {
  out += fmt::format("{:012x} ", address);
  for (std::size_t at = 0; at < bytes_a_line; ++at) {
    out += ' ';
    if (at < bytes.size())
      out += rsp::to_hex(bytes.substr(at, 1));
    else
      out += "  ";
  }
  out += "  ";
  for (const char byte : bytes) out += byte >= ' ' && byte <= '~' ? byte : '.';
  out += '\n';
}

}  // namespace

std::string hex_dump(std::uint64_t address, std::string_view bytes) {
  std::string out;
  std::string_view before;
  bool repeats = false;
  for (std::size_t at = 0; at < bytes.size(); at += bytes_a_line) {
    const auto line = bytes.substr(at, bytes_a_line);
    if (at != 0 && line == before) {
      if (!repeats) out += "*\n";
      repeats = true;
    } else {
      append_line(out, address + at, line);
      repeats = false;
    }
    before = line;
  }
  return out + fmt::format("{:012x}\n", address + bytes.size());
}

}  // namespace rspbridge::proxy::cli::look
