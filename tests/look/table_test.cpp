#include "proxy/cli/look/table.hpp"

#include "tests/support/catch.hpp"

using namespace rspbridge::proxy::cli::look;

namespace {

Terminal terminal_with(std::size_t width, bool colour = false) {
  return {.width = width, .utf8 = true, .colour = colour};
}

Table sample() {
  Table table({{"NAME"},
               {"SIZE", Column::right},
               {"EXTRA", Column::left, 1},
               {"MORE", Column::left, 2},
               {"PATH", Column::left, 0, true}});
  table.add({{"a"}, {"4K"}, {"extra"}, {"more"}, {"/usr/lib/libc.so.6"}});
  table.add({{"bbbb"}, {"132K"}, {"e"}, {""}, {""}});
  return table;
}

}  // namespace

TEST_CASE("a table is aligned, and ends no line with blanks") {
  CHECK(sample().text({}) ==
        "NAME  SIZE  EXTRA  MORE  PATH\n"
        "a       4K  extra  more  /usr/lib/libc.so.6\n"
        "bbbb  132K  e\n");
}

TEST_CASE("a table that is too wide loses what is dispensable, the most dispensable first") {
  CHECK(sample().text(terminal_with(43)) == sample().text({}));
  CHECK(sample().text(terminal_with(42)) ==
        "NAME  SIZE  EXTRA  PATH\n"
        "a       4K  extra  /usr/lib/libc.so.6\n"
        "bbbb  132K  e\n");
  CHECK(sample().text(terminal_with(30)) ==
        "NAME  SIZE  PATH\n"
        "a       4K  /usr/lib/libc.so.6\n"
        "bbbb  132K\n");
}

TEST_CASE("then paths lose their beginning, but not all of themselves") {
  CHECK(sample().text(terminal_with(24)) ==
        "NAME  SIZE  PATH\n"
        "a       4K  …b/libc.so.6\n"
        "bbbb  132K\n");
  CHECK(sample().text({.width = 24, .utf8 = false}) ==
        "NAME  SIZE  PATH\n"
        "a       4K  ...libc.so.6\n"
        "bbbb  132K\n");
  CHECK(sample().text(terminal_with(1)) ==
        "NAME  SIZE  PATH\n"
        "a       4K  …bc.so.6\n"
        "bbbb  132K\n");
}

TEST_CASE("colours don't move columns") {
  Table table({{"A"}, {"B"}});
  table.add({{"x", Style::accent}, {"y"}});
  CHECK(table.text(terminal_with(80, true)) == "\x1b[1mA\x1b[0m  \x1b[1mB\x1b[0m\n\x1b[36mx\x1b[0m  y\n");
}

TEST_CASE("a column is as wide as its characters, not as their bytes") {
  Table table({{"A"}, {"B"}});
  table.add({{"é"}, {"1"}});
  table.add({{"ab"}, {"2"}});
  CHECK(table.text({}) == "A   B\né   1\nab  2\n");
}

TEST_CASE("a bar is empty and full only for none and all") {
  const struct {
    std::uint64_t part, whole;
    const char *utf8, *ascii;
  } cases[] = {
      {0, 100, "····", "...."},           {1, 1000000, "▏···", "-..."}, {50, 100, "██··", "##.."},
      {25, 100, "█···", "#..."},          {30, 100, "█▏··", "#..."},    {999999, 1000000, "███▉", "###-"},
      {100, 100, "████", "####"},         {200, 100, "████", "####"},   {0, 0, "····", "...."},
      {~0ull / 2, ~0ull, "█▉··", "##.."},
  };
  for (const auto& one : cases) {
    INFO(one.part << " of " << one.whole);
    if (one.whole != ~0ull) CHECK(bar(one.part, one.whole, 4, true) == one.utf8);
    CHECK(bar(one.part, one.whole, 4, false) == one.ascii);
  }
}

TEST_CASE("sizes are short") {
  const struct {
    std::uint64_t bytes;
    const char* text;
  } cases[] = {{0, "0"},        {1023, "1023"},        {1024, "1K"},
               {1536, "1.5K"},  {132 << 10, "132K"},   {1023 << 10, "1023K"},
               {1 << 20, "1M"}, {(1 << 20) + 1, "1M"}, {1ull << 40, "1T"},
               {~0ull, "15E"}};
  for (const auto& one : cases) CHECK(human_size(one.bytes) == one.text);
}
