// Calls that are run through beside the stub, as dialogues. The target is a small AArch64 program: a line
// from 400100 to 400110 with a call at 400104 (bl 400800), the one of a library at 400108 (bl to its linkage
// table at 400600), and an address that a signal or a breakpoint may stop at, far away.
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "rsp/escape.hpp"
#include "rsp/memory.hpp"
#include "tests/support/dialogue.hpp"

using namespace rspbridge;
using namespace rspbridge::tests;

namespace {

constexpr std::uint64_t sp0 = 0xffffffe000;

std::string word(std::uint64_t value, std::size_t size = 8) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(value >> 8 * i & 0xff);
  return bytes;
}

// Where a thread is.
struct At {
  std::uint64_t pc = 0, lr = 0, sp = sp0;
  std::string thread = "p1.1", why = {}, signal = "05";

  std::string stop() const {
    return "T" + signal + why + "1f:" + rsp::to_hex(word(sp)) + ";20:" + rsp::to_hex(word(pc)) +
           ";thread:" + thread + ";";
  }
  std::string registers() const {
    std::string bytes;
    for (unsigned i = 0; i < 30; ++i) bytes += word(i);
    return rsp::to_hex(bytes + word(lr) + word(sp) + word(pc) + word(0, 4));
  }
};

const std::string step = "vCont;r400100,400110:p1.1;c:p1.-1", run = "vCont;c:p1.1;c:p1.-1";
const std::string swbreak = "swbreak:;";
const At called{.pc = 0x400800, .lr = 0x400108};  // after bl 400800
const At returned{.pc = 0x400108, .lr = 0x400108, .why = swbreak};
const At called_library{.pc = 0x400600, .lr = 0x40010c};  // after bl 400600
const At returned_from_library{.pc = 0x40010c, .lr = 0x40010c, .why = swbreak};
const At next_line{.pc = 0x400110, .lr = 0x40010c};

struct Session {
  Dialogue d;
  At now;
  std::deque<At> stops;                        // of the resumes to come
  std::map<std::string, std::string> instead;  // answers of some packets
  std::vector<std::string> changes;            // resumes and breakpoints, as the stub got them

  explicit Session(bool keeps_answers = false) : d(keeps_answers, proxy::far::Far::Stub::beside) {
    d.knowledge().set_machine(link::machine_row("aarch64"));
    d.open(
        "PacketSize=47ff;QPassSignals+;QProgramSignals+;QStartupWithShell+;QStartNoAckMode+;multiprocess+;"
        "swbreak+;vContSupported+");
  }
  std::string memory(std::uint64_t address, std::uint64_t length) const {
    const std::map<std::uint64_t, std::string> words = {
        {0x400104, word(0x940001bf, 4)},  // bl 400800
        {0x400108, word(0x9400013e, 4)},  // bl 400600
        {0x400600, word(0x90000090, 4)},  // adrp x16, 410000
        {0x400604, word(0xf9400e11, 4)},  // ldr x17, [x16, #24]
        {0x410018, word(0x7f001234, 4)}, {0x41001c, word(0, 4)}};
    std::string bytes;
    for (std::uint64_t at = address & ~std::uint64_t{3}; at < address + length; at += 4) {
      const auto found = words.find(at);
      bytes += found == words.end() ? word(at * 3, 4) : found->second;
    }
    return bytes.substr(address % 4, length);
  }
  std::string answer(const std::string& packet) {
    if (packet.starts_with("vCont;") || packet.find_first_of("zZ") == 0) changes.push_back(packet);
    if (const auto other = instead.find(packet); other != instead.end()) return other->second;
    if (packet.starts_with("vCont;")) {
      REQUIRE_FALSE(stops.empty());
      now = stops.front();
      stops.pop_front();
      return now.stop();
    }
    if (packet == "g") return now.registers();
    if (const auto read = rsp::parse_memory_read(packet))
      return rsp::to_hex(memory(read->address, read->length));
    return "OK";
  }
  void serve() {
    for (int round = 0; round < 200 && d.stub_waiting() > 0; ++round)
      if (const auto packet = *d.stub_pop(); packet != "^C") d.stub_sends(answer(packet));
  }
  std::string gdb(const std::string& packet) {
    d.gdb_sends(packet);
    serve();
    const auto reply = d.gdb_pop();
    REQUIRE(reply);
    d.gdb_gets_nothing();
    return *reply;
  }
  void hint(const std::string& words) {
    CHECK(gdb("qRcmd," + rsp::to_hex("rspbridge hints " + words)) == "OK");
  }
};

const std::string set_return = "Z0,400108,4", clear_return = "z0,400108,4";

}  // namespace

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
