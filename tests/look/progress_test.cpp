#include "proxy/cli/look/progress.hpp"

#include "tests/support/catch.hpp"

using namespace rspbridge::proxy::cli::look;
using std::chrono::seconds;

TEST_CASE("progress has a bar, per cent, bytes, the rate and the time left") {
  const Terminal terminal{.width = 80, .utf8 = true};
  CHECK(progress_line(0, 64 << 20, seconds(0), terminal) ==
        "······························    0%     0 of 64M     0/s");
  CHECK(progress_line(16 << 20, 64 << 20, seconds(8), terminal) ==
        "███████▌······················   25%   16M of 64M    2M/s  0:24 left");
  CHECK(progress_line(64 << 20, 64 << 20, seconds(32), terminal) ==
        "██████████████████████████████  100%   64M of 64M    2M/s");
  CHECK(progress_line(1 << 20, 4ull << 40, seconds(1), terminal)
            .ends_with("0%    1M of 4T    1M/s  99:59:59 left"));
}

TEST_CASE("progress towards an unknown end") {
  CHECK(progress_line(16 << 20, std::nullopt, seconds(8), {.width = 80}) == "16M  2M/s");
}

TEST_CASE("progress fits the terminal") {
  for (std::size_t width = 20; width < 120; ++width) {
    INFO(width);
    const auto line = progress_line(16 << 20, 64 << 20, seconds(8), {.width = width, .utf8 = true});
    CHECK(display_width(line) < width);
  }
}
