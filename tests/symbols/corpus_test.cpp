// Replays the corpus of the fuzzer, so that what it once found stays found.
#include <filesystem>

#include "tests/fuzz/symbols.hpp"
#include "tests/support/catch.hpp"
#include "tests/symbols/programs.hpp"

namespace rspbridge::proxy::symbols::test {

TEST_CASE("corpus: symbol files") {
  const auto folder =
      std::filesystem::path(__FILE__).parent_path().parent_path() / "fuzz" / "corpus" / "symbols";
  int inputs = 0, translated_ones = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    CAPTURE(entry.path().string());
    const std::string input = contents_of(entry.path());
    CHECK_NOTHROW(fuzz::symbols(input));
    translated_ones += translate(input, "corpus").has_value();
    ++inputs;
  }
  CHECK(inputs >= 10);
  CHECK(translated_ones >= 10);
}

}  // namespace rspbridge::proxy::symbols::test
