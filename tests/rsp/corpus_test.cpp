// Replays the corpus of the fuzzers, so that what they once found stays found.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "tests/fuzz/description.hpp"
#include "tests/fuzz/parsers.hpp"
#include "tests/fuzz/view.hpp"
#include "tests/fuzz/wire.hpp"
#include "tests/support/catch.hpp"

namespace fs = std::filesystem;
namespace fuzz = rspbridge::fuzz;

namespace {

void replay(const char* name, void (*target)(std::string_view)) {
  const auto folder = fs::path(__FILE__).parent_path().parent_path() / "fuzz" / "corpus" / name;
  int inputs = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    REQUIRE(file);
    const std::string input{std::istreambuf_iterator<char>(file), {}};
    CAPTURE(entry.path().string());
    CHECK_NOTHROW(target(input));
    ++inputs;
  }
  CHECK(inputs >= 10);
}

}  // namespace

TEST_CASE("corpus: the wire") {
  replay("wire", fuzz::wire);
}
TEST_CASE("corpus: the parsers") {
  replay("parsers", fuzz::parsers);
}
TEST_CASE("corpus: target descriptions") {
  replay("description", fuzz::description);
}
TEST_CASE("corpus: register views") {
  replay("view", fuzz::view);
}
