// Replays the corpus of the fuzzer, so that what it once found stays found.
#include <filesystem>

#include "tests/fuzz/memmap.hpp"
#include "tests/memmap/support.hpp"
#include "tests/support/catch.hpp"

TEST_CASE("corpus: the memory map") {
  int inputs = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(RSPBRIDGE_SOURCE_DIR "/tests/fuzz/corpus/memmap")) {
    CAPTURE(entry.path().string());
    CHECK_NOTHROW(rspbridge::fuzz::memory_map(rspbridge::memmap::test::file_text(entry.path().c_str())));
    ++inputs;
  }
  CHECK(inputs >= 10);
}

TEST_CASE("corpus: damaged copies of it", "[fuzz]") {
  for (const auto& entry :
       std::filesystem::directory_iterator(RSPBRIDGE_SOURCE_DIR "/tests/fuzz/corpus/memmap")) {
    const auto sample = rspbridge::memmap::test::file_text(entry.path().c_str());
    CAPTURE(entry.path().string());
    rspbridge::memmap::test::mutate(
        sample, 1000, [](const std::string& bytes) { CHECK_NOTHROW(rspbridge::fuzz::memory_map(bytes)); });
  }
}
