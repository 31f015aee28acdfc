#include "proxy/cli/look/hex_dump.hpp"

#include "tests/support/catch.hpp"

using namespace rspbridge::proxy::cli::look;

TEST_CASE("memory is dumped as hexdump -C does") {
  CHECK(hex_dump(0x1000, "") == "000000001000\n");
  CHECK(hex_dump(0xfffff7e6e9dc, std::string("\x7f"
                                             "ELF\0\xff ~\x80",
                                             9)) ==
        "fffff7e6e9dc  7f 45 4c 46 00 ff 20 7e 80                       .ELF.. ~.\n"
        "fffff7e6e9e5\n");
}

TEST_CASE("lines fit 80 columns") {
  const auto text = hex_dump(0xfffff7e6e9d0, std::string(16, 'x'));
  CHECK(text.find('\n') == 79 - 1 + 1);
}

TEST_CASE("lines that repeat are one star, and what follows is shown") {
  CHECK(hex_dump(0, std::string(64, 'a') + "b") ==
        "000000000000  61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61  aaaaaaaaaaaaaaaa\n"
        "*\n"
        "000000000040  62                                               b\n"
        "000000000041\n");
}

TEST_CASE("hexadecimal digits") {}
