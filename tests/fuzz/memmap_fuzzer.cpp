#include <cstddef>
#include <cstdint>

#include "tests/fuzz/memmap.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  rspbridge::fuzz::memory_map({reinterpret_cast<const char*>(data), size});
  return 0;
}
