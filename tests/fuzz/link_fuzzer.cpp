#include <cstddef>
#include <cstdint>

#include "tests/fuzz/link.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  rspbridge::fuzz::link({reinterpret_cast<const char*>(data), size});
  return 0;
}
