// What a fuzzed property that doesn't hold does: it throws, which ends a fuzzer and fails a test.
#pragma once

#include <stdexcept>

namespace rspbridge::fuzz {

inline void require(bool holds, const char* property) {
  if (!holds) throw std::logic_error(property);
}

}  // namespace rspbridge::fuzz
