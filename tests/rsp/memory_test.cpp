#include "rsp/memory.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace rspbridge::rsp;
using namespace std::string_literals;

namespace {
constexpr auto hex = MemoryEncoding::hex;
constexpr auto binary = MemoryEncoding::binary;
constexpr auto top = 0xffffffffffffffff;
}  // namespace

TEST_CASE("memory reads are read, and written the same") {
  struct Row {
    std::string wire;
    MemoryRead expected;
  };
  const std::vector<Row> rows{
      {"m400000,8", {hex, 0x400000, 8}},
      {"xffffffffffffffff,1", {binary, top, 1}},
      {"m0,ffffffffffffffff", {hex, 0, top}},
      {"x0,0", {binary, 0, 0}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.wire);
    const auto request = parse_memory_read(row.wire);
    REQUIRE(request);
    CHECK(*request == row.expected);
    CHECK(format_memory_read(*request) == row.wire);
  }
  for (const std::string wire : {"", "m", "m1", "m1,", "m,1", "m1,2,3", "m1,2:", "m-1,2", "m0x1,2", "M1,2",
                                 "m10000000000000000,1", "m1,10000000000000000", "m 1,2"}) {
    CAPTURE(wire);
    CHECK_FALSE(parse_memory_read(wire));
  }
}

TEST_CASE("replies to memory reads are read") {
  using Data = std::optional<std::string>;
  struct Row {
    MemoryRead request;
    std::string wire;
    Data expected;
  };
  const std::vector<Row> rows{
      {{hex, 0, 4}, "00ff0a1B", "\x00\xff\x0a\x1b"s},
      {{hex, 0, 4}, "00ff", "\x00\xff"s},
      {{hex, 0, 4}, "00ff0a1b00", {}},
      {{hex, 0, 4}, "E01", {}},
      {{hex, 0, 4}, "E.no such address", {}},
      {{hex, 0, 4}, "E.ab", {}},
      {{hex, 0, 4}, "e01", {}},
      {{hex, 0, 4}, "E0", "\xe0"},
      {{hex, 0, 4}, "E010", "\xe0\x10"},
      {{hex, 0, 4}, "", {}},
      {{hex, 0, 0}, "", ""},
      {{hex, 0, 4}, "0x", {}},
      {{hex, 0, 4}, "b", {}},
      {{binary, 0, 4}, "b", ""},
      {{binary, 0, 4},
       "bab}\x03"
       "d",
       "ab#d"},
      {{binary, 0, 4}, "babcd", "abcd"},
      {{binary, 0, 4}, "babcde", {}},
      {{binary, 0, 4}, "b}\x03}\x03}\x03}\x03", "####"},
      {{binary, 0, 4}, "bE01", "E01"},
      {{binary, 0, 4}, "E01", {}},
      {{binary, 0, 4}, "", {}},
      {{binary, 0, 4}, "ba}", {}},
      {{binary, 0, top}, "bab", "ab"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.wire);
    CHECK(parse_memory_reply(row.request, row.wire) == row.expected);
  }
}

TEST_CASE("memory writes are read") {
  struct Row {
    std::string wire;
    MemoryEncoding encoding;
    std::uint64_t address;
    std::string data;
  };
  const std::vector<Row> rows{
      {"M400000,2:00fF", hex, 0x400000, "\x00\xff"s},
      {"Mffffffffffffffff,1:61", hex, top, "a"},
      {"M0,0:", hex, 0, ""},
      {"X400000,3:a}\x03:", binary, 0x400000, "a#:"},
      {"X400000,0:", binary, 0x400000, ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.wire);
    const auto write = parse_memory_write(row.wire);
    REQUIRE(write);
    CHECK(write->encoding == row.encoding);
    CHECK(write->address == row.address);
    CHECK(write->data == row.data);
  }
  for (const std::string wire :
       {"", "M", "X", "M1,1", "M1:61", "M1,2:61", "M1,0:61", "M1,1:6", "M1,1:xx", "X1,1:", "X1,1:ab",
        "X1,1:}", "X1,ffffffffffffffff:a", "m1,1:61", "M,1:61"}) {
    CAPTURE(wire);
    CHECK_FALSE(parse_memory_write(wire));
  }
}
