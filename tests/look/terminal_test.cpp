#include "proxy/cli/look/terminal.hpp"

#include <fcntl.h>

#include <cstdlib>

#include "memmap/file_descriptor.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::proxy::cli::look;

TEST_CASE("text of the target can't command the terminal") {
  const struct {
    const char *text, *utf8, *ascii;
  } cases[] = {
      {"/lib/libc.so.6", "/lib/libc.so.6", "/lib/libc.so.6"},
      {"\x1b[31mred\x07\n", "?[31mred??", "?[31mred??"},
      {"caf\xc3\xa9", "caf\xc3\xa9", "caf?"},
      {"\x7f\xc2\x9b", "??", "??"},                // DEL, and CSI as C1
      {"a\xe2\x80\xaez", "a?z", "a?z"},            // right-to-left override
      {"\xff\xc3", "??", "??"},                    // no UTF-8
      {"\xc0\xaf\xed\xa0\x80", "?????", "?????"},  // overlong; a surrogate
      {"\xf0\x9f\x90\x9b", "\xf0\x9f\x90\x9b", "?"},
      {"\xf4\x90\x80\x80", "????", "????"},  // beyond Unicode
  };
  for (const auto& one : cases) {
    INFO(one.text);
    CHECK(printable(one.text, true) == one.utf8);
    CHECK(printable(one.text, false) == one.ascii);
  }
}

TEST_CASE("the end of a text is cut between characters") {
  CHECK(display_width("caf\xc3\xa9") == 4);
  CHECK(display_tail("caf\xc3\xa9s", 2) == "\xc3\xa9s");
  CHECK(display_tail("caf\xc3\xa9s", 1) == "s");
  CHECK(display_tail("abc", 0).empty());
  CHECK(display_tail("abc", 9) == "abc");
}

TEST_CASE("what is no terminal has neither width nor colours") {
  const rspbridge::memmap::FileDescriptor null(::open("/dev/null", O_WRONLY));
  const Terminal terminal = terminal_of(null.get());
  CHECK_FALSE(terminal.width);
  CHECK_FALSE(terminal.colour);
}

TEST_CASE("a terminal's colours are for who wants them") {
  const rspbridge::memmap::FileDescriptor terminal(::posix_openpt(O_RDWR | O_NOCTTY));
  REQUIRE(::grantpt(terminal.get()) == 0);
  REQUIRE(::unlockpt(terminal.get()) == 0);
  const rspbridge::memmap::FileDescriptor end(::open(::ptsname(terminal.get()), O_RDWR | O_NOCTTY));
  ::unsetenv("NO_COLOR");
  ::setenv("TERM", "xterm", 1);
  ::setenv("COLUMNS", "132", 1);
  CHECK(terminal_of(end.get()).colour);
  CHECK(terminal_of(end.get()).width == 132);  // this one has no size
  ::setenv("COLUMNS", "wide", 1);
  CHECK(terminal_of(end.get()).width == 80);
  ::unsetenv("COLUMNS");
  ::setenv("NO_COLOR", "1", 1);
  CHECK_FALSE(terminal_of(end.get()).colour);
  ::unsetenv("NO_COLOR");
  ::setenv("TERM", "dumb", 1);
  CHECK_FALSE(terminal_of(end.get()).colour);
}
