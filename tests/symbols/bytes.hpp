// Bytes of tests, written as hex.
#pragma once

#include <string>
#include <string_view>

#include "rsp/escape.hpp"
#include "tests/support/catch.hpp"

namespace rspbridge::proxy::symbols::test {

/// "90 40" as two bytes; blanks are for the eye.
inline std::string bytes(std::string_view hex) {
  std::string digits;
  for (const char c : hex)
    if (c != ' ') digits += c;
  const auto decoded = rsp::from_hex(digits);
  REQUIRE(decoded);
  return *decoded;
}

/// The reverse of bytes(), without blanks.
inline std::string hex(std::string_view bytes) {
  return rsp::to_hex(bytes);
}

}  // namespace rspbridge::proxy::symbols::test
