#include <cstddef>
#include <cstdint>

#include "tests/fuzz/wire.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  rspbridge::fuzz::wire({reinterpret_cast<const char*>(data), size});
  return 0;
}
