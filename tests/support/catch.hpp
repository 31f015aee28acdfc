// Catch2 version 2.13 and 3 by one include.
#pragma once

#ifdef RSPBRIDGE_CATCH2_V2
#include <catch2/catch.hpp>
namespace Catch::Matchers {
inline auto ContainsSubstring(const std::string& part) {
  return Contains(part);
}
}  // namespace Catch::Matchers
#else
#include <catch2/catch_all.hpp>
#endif
