// Calls that are run through beside the stub, as dialogues.
#include <string>
#include <vector>

#include "rsp/escape.hpp"
#include "tests/proxy/step_over_session.hpp"

using namespace rspbridge;
using namespace rspbridge::tests;
using namespace rspbridge::tests::stepping;

TEST_CASE("next runs through its calls, and GDB gets the stop that ends it") {
  Session s;
  s.hint("next");
  s.stops = {called, returned, called_library, returned_from_library, next_line};
  CHECK(s.gdb(step) == next_line.stop());
  CHECK(s.changes == std::vector<std::string>{step, set_return, run, clear_return, step, "Z0,40010c,4", run,
                                              "z0,40010c,4", step});
}

TEST_CASE("a call that ends the range ends the step where it returns") {
  Session s;
  s.hint("next");
  const std::string short_step = "vCont;r400100,400108:p1.1";
  s.stops = {called, returned};
  At plain = returned;
  plain.why.clear();
  CHECK(s.gdb(short_step) == plain.stop());  // GDB has no breakpoint there
  CHECK(s.changes == std::vector<std::string>{short_step, set_return, "vCont;c:p1.1", clear_return});
}

TEST_CASE("without a hint, or with none for the call, each stop is GDB's") {
  for (const std::string words : {"", "none", "step", "step 7f000000-7f001000 7f002000-7f003000"}) {
    INFO(words);
    Session s;
    if (!words.empty()) s.hint(words);
    s.stops = {called};
    CHECK(s.gdb(step) == called.stop());
    s.stops = {called_library};
    CHECK(s.gdb(step) == called_library.stop());
    CHECK(s.changes == std::vector<std::string>{step, step});
  }
  Session off;
  CHECK(off.gdb("qRcmd," + rsp::to_hex("rspbridge hints off")) == rsp::to_hex("Each step is GDB's own.\n"));
  off.hint("next");
  off.stops = {called};
  CHECK(off.gdb(step) == called.stop());
  off.gdb("qRcmd," + rsp::to_hex("rspbridge hints on"));
  off.hint("next");
  off.stops = {called, returned, next_line};
  CHECK(off.gdb(step) == next_line.stop());
}

TEST_CASE("step runs through functions without line information, and their linkage table entries") {
  Session s;
  s.hint("step 7f001000-7f002000");
  s.stops = {called_library, returned_from_library, next_line};
  CHECK(s.gdb(step) == next_line.stop());
  s.hint("step 400800-400900");
  s.stops = {called, returned, next_line};
  CHECK(s.gdb(step) == next_line.stop());
  CHECK(s.gdb("qRcmd," + rsp::to_hex("rspbridge hints step 400800-400800")) != "OK");
}

TEST_CASE("what isn't surely a call from the range is GDB's") {
  const At stops[] = {
      {.pc = 0x400800, .lr = 0x500108},                      // returns elsewhere
      {.pc = 0x400804, .lr = 0x400108},                      // past the first instruction
      {.pc = 0x400800, .lr = 0x400108, .thread = "p1.2"},    // another thread
      {.pc = 0x400800, .lr = 0x400108, .why = swbreak},      // a breakpoint there
      {.pc = 0x400800, .lr = 0x400108, .why = "library:;"},  //
      {.pc = 0x400800, .lr = 0x400108, .signal = "0e"},
      {.pc = 0x400104, .lr = 0x400108},  // within the range
      {.pc = 0x400110, .lr = 0x400108},
  };
  for (const At& stop : stops) {
    Session s;
    s.hint("next");
    s.stops = {stop};
    CHECK(s.gdb(step) == stop.stop());
    CHECK(s.changes == std::vector<std::string>{step});
  }
  for (const char* breakpoint : {"Z0,400800,4", "Z1,400800,4", "Z0,400108,4"}) {
    Session s;
    s.hint("next");
    s.gdb(breakpoint);
    s.stops = {called};
    CHECK(s.gdb(step) == called.stop());
  }
  Session refused;
  refused.hint("next");
  refused.instead[set_return] = "E01";
  refused.stops = {called};
  CHECK(refused.gdb(step) == called.stop());
}

TEST_CASE("other frames and other threads that reach the return address go on") {
  Session s;
  s.hint("next");
  At inner = returned, other = returned, inner_after{.pc = 0x40010c, .lr = 0x400108, .sp = sp0 - 64};
  inner.sp -= 64;
  other.thread = "p1.2";
  At other_after = inner_after;
  other_after.thread = "p1.2";
  s.stops = {called, inner, inner_after, other, other_after, returned, next_line};
  CHECK(s.gdb(step) == next_line.stop());
  CHECK(s.changes == std::vector<std::string>{step, set_return, run, clear_return, "vCont;s:p1.1", set_return,
                                              run, clear_return, "vCont;s:p1.2", set_return, run,
                                              clear_return, step});
}

TEST_CASE("what else happens in a call finds GDB where it would be, and is told then") {
  const At events[] = {
      {.pc = 0x400900, .lr = 0x400904, .sp = sp0 - 32, .why = swbreak},  // a breakpoint of GDB's
      {.pc = 0x400900, .lr = 0x400904, .sp = sp0 - 32, .signal = "0b"},
      {.pc = 0x400900, .sp = sp0 - 32, .thread = "p1.2", .why = swbreak},
      {.pc = 0x400900, .sp = sp0 - 32, .why = "library:;"},
      {.pc = 0x400900, .sp = sp0 - 32, .why = "fork:p2.2;"},
  };
  for (int i = 0; i < 10; ++i) {
    const At& event = events[i / 2];
    INFO(event.stop());
    Session s(i % 2 == 0);
    s.hint("next");
    s.stops = {called, event};
    CHECK(s.gdb(step) == called.stop());
    CHECK(s.changes == std::vector<std::string>{step, set_return, run, clear_return});
    // It sees the registers and the stack of then.
    CHECK(s.gdb("g") == called.registers());
    s.instead["mffffffe000,8"] = "0000000000000000";
    CHECK(s.gdb("mffffffe000,8") == rsp::to_hex(s.memory(sp0, 8)));
    CHECK(s.gdb("P0=0000000000000000").starts_with("E."));
    CHECK(s.gdb(set_return) == "OK");
    CHECK(s.gdb("vCont;c:p1.-1") == event.stop());  // nothing is resumed
    CHECK(s.changes == std::vector<std::string>{step, set_return, run, clear_return, set_return});
    CHECK(s.gdb("g") == event.registers());
    s.stops = {returned};
    CHECK(s.gdb("vCont;c:p1.-1") == returned.stop());
  }
}

TEST_CASE("an end of the program in a call is told at once") {
  for (const char* end : {"W00;process:1", "X0b;process:1"}) {
    Session s;
    s.hint("next");
    s.instead[run] = end;
    s.stops = {called};
    CHECK(s.gdb(step) == end);
  }
}

TEST_CASE("an answer that isn't the program's end leaves no breakpoint behind") {
  for (const char* answer : {"N", "w00;p1.1"}) {
    Session s;
    s.hint("next");
    s.instead[run] = answer;
    s.stops = {called};
    CHECK(s.gdb(step) == answer);
    CHECK(s.changes == std::vector<std::string>{step, set_return, run, clear_return});
  }
}

TEST_CASE("what one GDB told doesn't hold for the next") {
  Session s;
  s.hint("next");
  s.d.gdb_vanishes();
  s.serve();
  s.d.gdb_connects();
  s.changes.clear();
  s.stops = {called};
  CHECK(s.gdb(step) == called.stop());
  CHECK(s.changes == std::vector<std::string>{step});
}

TEST_CASE("a GDB that doesn't go on as it would is told so in the log") {
  Session s;
  s.hint("next");
  const At event{.pc = 0x400900, .sp = sp0 - 32, .signal = "0b"};
  s.stops = {called, event, next_line};
  CHECK(s.gdb(step) == called.stop());
  CHECK(s.gdb("vCont;s:p1.1") == next_line.stop());
  REQUIRE(s.d.warnings.size() == 1);
  CHECK(s.d.warnings[0].find("gone further") != std::string::npos);
}

TEST_CASE("^C reaches a target that is stopped amid a call, once it runs") {
  Session s;
  s.hint("next");
  s.stops = {called};
  s.d.gdb_sends(step);
  CHECK(s.d.stub_pop() == step);
  s.d.stub_sends(s.answer(step));
  s.d.gdb_interrupts();
  bool interrupted = false;
  const At event{.pc = 0x400900, .sp = sp0 - 32, .signal = "02"};
  s.stops = {event};
  for (int round = 0; round < 50 && s.d.stub_waiting() > 0; ++round) {
    const auto packet = *s.d.stub_pop();
    if (packet == run) {
      CHECK(s.d.stub_pop() == "^C");
      interrupted = true;
    }
    s.d.stub_sends(s.answer(packet));
  }
  CHECK(interrupted);
  s.d.gdb_gets(called.stop());
  CHECK(s.gdb("vCont;c:p1.-1") == event.stop());
}

TEST_CASE("who asks amid a call waits for the stop") {
  Session s;
  s.hint("next");
  s.stops = {called, returned, next_line};
  s.d.gdb_sends(step);
  std::string reply;
  s.d.knowledge().ask({.payload = "qOther", .effect = link::Effect::looks},
                      [&reply](const auto& said) { reply = said.value_or("refused"); });
  s.d.pass();
  std::vector<std::string> after;
  bool ended = false;
  for (int round = 0; round < 200 && s.d.stub_waiting() > 0; ++round) {
    const auto packet = *s.d.stub_pop();
    if (packet == "qOther") ended = s.stops.empty();
    s.d.stub_sends(s.answer(packet));
  }
  CHECK(ended);
  CHECK(reply == "OK");
  s.d.gdb_gets(next_line.stop());
}
