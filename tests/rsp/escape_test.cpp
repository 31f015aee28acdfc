#include "rsp/escape.hpp"

#include <optional>
#include <random>
#include <string>
#include <vector>

#include "rsp/text.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::rsp;
using namespace std::string_literals;

namespace {
using Text = std::optional<std::string>;
struct Row {
  std::string wire;
  Text expected;
};
}  // namespace

TEST_CASE("binary data is escaped") {
  CHECK(escape("a#b$c}d*e") ==
        "a}\x03"
        "b}\x04"
        "c}]d}\x0a"
        "e");
  CHECK(escape("\0\x03+-%"s) == "\0\x03+-%"s);
  const std::vector<Row> rows{
      {"", ""},    {"abc", "abc"}, {"}\x03", "#"}, {"}]", "}"},
      {"}}", "]"}, {"a}", {}},     {"}", {}},      {"}\x0a}\x04x", "*$x"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.wire);
    CHECK(unescape(row.wire) == row.expected);
  }
}

TEST_CASE("runs are expanded") {
  const std::vector<Row> rows{
      {"", ""},
      {"abc", "abc"},
      {"0* ", "0000"},
      {"0*\x1f", {}},
      {"0*~", std::string(98, '0')},
      {"0*\x7f", {}},
      {"0*\xff", {}},
      {"0*\0"s, {}},
      {"* ", {}},
      {"0*", {}},
      {"*", {}},
      {"a0* b", "a0000b"},
      {"0**", std::string(14, '0')},
      {"0* * x", "0000000x"},
      {"x* y*!", "xxxxyyyyy"},
      {"\xff* ", "\xff\xff\xff\xff"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.wire);
    CHECK(expand_runs(row.wire) == row.expected);
  }
}

TEST_CASE("expansion ends at its limit") {
  CHECK(expand_runs("abcd", 4) == "abcd");
  CHECK_FALSE(expand_runs("abcde", 4));
  CHECK(expand_runs("0* ", 4) == "0000");
  CHECK_FALSE(expand_runs("0*!", 4));
  CHECK_FALSE(expand_runs("a", 0));
  CHECK(expand_runs("", 0) == "");
  std::string bomb = "0";
  for (int i = 0; i < 200000; ++i) bomb += "*~";
  CHECK_FALSE(expand_runs(bomb));
}

TEST_CASE("runs of every length are encoded without a count that reads as framing") {
  for (std::size_t length = 0; length < 500; ++length) {
    const std::string run = "<" + std::string(length, '0') + ">";
    const auto encoded = encode_runs(run);
    CAPTURE(length, encoded);
    CHECK(expand_runs(encoded) == run);
    CHECK(encoded.find_first_of("#$+-") == std::string::npos);
    if (length >= 4) CHECK(encoded.size() <= 2 + 3 + length / 98 * 3 + 3);
  }
  CHECK(encode_runs("000") == "000");
  CHECK(encode_runs("0000") == "0* ");
  CHECK(encode_runs(std::string(98, '0')) == "0*~");
  // 6 and 7 repeats would be counted with `#` and `$`, 14 and 16 with `+` and `-`.
  CHECK(encode_runs(std::string(7, '0')) == "0*\"0");
  CHECK(encode_runs(std::string(8, '0')) == "0*\"00");
  CHECK(encode_runs(std::string(15, '0')) == "0**0");
  CHECK(encode_runs(std::string(17, '0')) == "0*,0");
}

TEST_CASE("bytes at random survive both encodings") {
  std::mt19937 random(20);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes;
    for (auto n = random() % 300; n > 0; --n) bytes.append(random() % 20, static_cast<char>(random() % 256));
    const auto escaped = escape(bytes);
    CHECK(expand_runs(encode_runs(escaped)).value_or("none") == escaped);
    const bool same = unescape(escaped) == bytes;
    CHECK(same);
  }
}

TEST_CASE("hex is read and written") {
  CHECK(to_hex("\0\x1f\xab\xff"s) == "001fabff");
  const std::vector<Row> rows{
      {"", ""},    {"001FabFf", "\0\x1f\xab\xff"s}, {"0", {}}, {"0g", {}}, {"g0", {}}, {"0x", {}}, {" 1", {}},
      {"E01", {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.wire);
    CHECK(from_hex(row.wire) == row.expected);
  }
}

TEST_CASE("hex numbers are read and written") {
  struct Number {
    std::string wire;
    std::optional<std::uint64_t> expected;
  };
  const std::vector<Number> rows{
      {"0", 0},
      {"00", 0},
      {"1f", 0x1f},
      {"1F", 0x1f},
      {"", {}},
      {"-1", {}},
      {"0x1", {}},
      {" 1", {}},
      {"g", {}},
      {"1 ", {}},
      {"1\0"s, {}},
      {"ffffffffffffffff", 0xffffffffffffffff},
      {"8000000000000000", std::uint64_t{1} << 63},
      {"0123456789abcdef", 0x123456789abcdef},
      {"10000000000000000", {}},
      {"00000000000000001", {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.wire);
    CHECK(parse_hex(row.wire) == row.expected);
  }
  CHECK(format_hex(0) == "0");
  CHECK(format_hex(0xABC) == "abc");
  CHECK(format_hex(0xffffffffffffffff) == "ffffffffffffffff");
  CHECK(format_hex(0x1000000000000000) == "1000000000000000");
}

TEST_CASE("hostile bytes are quoted for a log") {
  CHECK(quote("OK") == "\"OK\"");
  CHECK(quote("a\n\"\\\x7f\xff") == R"("a\x0a\x22\x5c\x7f\xff")");
  CHECK(quote("abcdef", 3) == "\"abc...\"");
  CHECK(printable("a b") == "a b");
}
