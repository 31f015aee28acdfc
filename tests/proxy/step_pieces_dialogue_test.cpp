// A step over a line whose code is in several pieces, as dialogues: 400100 to 400110, and 400140 to 400150,
// with a call at 400144 (bl 400800).
#include <string>
#include <vector>

#include "rsp/escape.hpp"
#include "tests/proxy/step_over_session.hpp"

using namespace rspbridge;
using namespace rspbridge::tests;
using namespace rspbridge::tests::stepping;

namespace {

using Packets = std::vector<std::string>;

const std::string second = "vCont;r400140,400150:p1.1;c:p1.-1";
const At begun{.pc = 0x400100, .why = swbreak};  // at the line's first instruction
const At at_first{.pc = 0x400104};
const At at_second{.pc = 0x400140};
const At called_in_second{.pc = 0x400800, .lr = 0x400148};
const At returned_in_second{.pc = 0x400148, .lr = 0x400148, .why = swbreak};
const At other_line{.pc = 0x400150, .lr = 0x400148};

// Stopped where the line begins, with the hint given.
struct AtLine : Session {
  explicit AtLine(const std::string& hints = "next line 400100-400110 400140-400150") {
    stops = {begun};
    CHECK(gdb("vCont;c:p1.-1") == begun.stop());
    changes.clear();
    hint(hints);
  }
};

}  // namespace

TEST_CASE("a step that gets to another piece of its line goes on there") {
  for (const std::string hints :
       {"next line 400100-400110 400140-400150", "step line 400140-400150 400100-400110"}) {
    AtLine s(hints);
    s.stops = {at_second, at_first, at_second, other_line};
    CHECK(s.gdb(step) == other_line.stop());
    CHECK(s.changes == Packets{step, second, step, second});
  }
}

TEST_CASE("calls in another piece are run through, too") {
  AtLine s;
  s.stops = {called, returned, at_second, called_in_second, returned_in_second, other_line};
  CHECK(s.gdb(step) == other_line.stop());
  CHECK(s.changes == Packets{step, set_return, run, clear_return, step, second, "Z0,400148,4", run,
                             "z0,400148,4", second});
}

TEST_CASE("a call that ends a piece goes on where the next one begins") {
  AtLine s("next line 400100-400108 400108-40010c");  // they meet: one
  const std::string first = "vCont;r400100,400108:p1.1", both = "vCont;r400100,40010c:p1.1";
  const At after{.pc = 0x40010c, .lr = 0x400108};
  s.stops = {called, returned, after};
  CHECK(s.gdb(first) == after.stop());
  CHECK(s.changes == Packets{first, set_return, "vCont;c:p1.1", clear_return, both});
}

TEST_CASE("what happens in a call of another piece finds GDB at the call") {
  AtLine s;
  const At event{.pc = 0x400900, .sp = sp0 - 32, .signal = "0b"};
  s.stops = {at_second, called_in_second, event};
  CHECK(s.gdb(step) == called_in_second.stop());
  CHECK(s.gdb("Z0,400148,4") == "OK");
  CHECK(s.gdb("vCont;c:p1.-1") == event.stop());
}

TEST_CASE("a piece of another frame or thread, or with a breakpoint, is GDB's") {
  At outer = at_second, other = at_second, signalled = at_second;
  outer.sp += 32;
  other.thread = "p1.2";
  signalled.signal = "0e";
  for (const At& stop : {outer, other, signalled}) {
    AtLine s;
    s.stops = {stop};
    CHECK(s.gdb(step) == stop.stop());
    CHECK(s.changes == Packets{step});
  }
  AtLine s;
  s.gdb("Z0,400140,4");
  s.stops = {at_second};
  CHECK(s.gdb(step) == at_second.stop());

  AtLine unnamed("next");
  unnamed.stops = {at_second};
  CHECK(unnamed.gdb(step) == at_second.stop());
}

TEST_CASE("pieces that can't be read are refused in words") {
  Session s;
  for (const char* words : {"next 400100-400110", "next line 400110-400100", "none line 1-2", "next line x"})
    CHECK(s.gdb("qRcmd," + rsp::to_hex(std::string("rspbridge hints ") + words)) != "OK");
}
