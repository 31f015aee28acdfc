// Breakpoints that are answered before the stub has them, as dialogues.
#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/stopped_stub.hpp"

using namespace rspbridge;
using namespace rspbridge::tests::stopped;

namespace {

const std::string set_one = "Z0,400100,4", remove_one = "z0,400100,4", other = "Z0,400200,4";
// No breakpoint was set there before: the stub is waited for.
const std::string in_new_page = "Z0,401100,4";

// One that has set a breakpoint already, which is told of any stub but gdbserver before more is promised.
struct Setting : Stub {
  Setting() {
    gdb("Z0,400000,4");
    gdb("vCont;c");
    serve();
    asked.clear();
  }
  std::vector<std::string> breakpoints_asked() const {
    std::vector<std::string> found;
    for (const std::string& packet : asked)
      if (packet.find_first_of("zZ") == 0 || packet.starts_with("vCont;") || packet.starts_with("D;"))
        found.push_back(packet);
    return found;
  }
};

}  // namespace

TEST_CASE("GDB doesn't wait for breakpoints, which go out in its order") {
  Setting s;
  CHECK(s.cost({remove_one}) == 1);  // nobody set it: that is for the stub to say
  s.asked.clear();
  CHECK(s.cost({set_one, other, remove_one, set_one}) == 0);
  CHECK(s.breakpoints_asked().empty());
  s.gdb("vCont;c");
  CHECK(s.breakpoints_asked() == std::vector<std::string>{set_one, other, remove_one, set_one, "vCont;c"});
  CHECK(s.cost({remove_one, "z0,400200,4"}) == 0);
  CHECK(s.cost({"D;1"}) == 1);
  const auto asked = s.breakpoints_asked();
  CHECK(std::vector<std::string>(asked.end() - 3, asked.end()) ==
        std::vector<std::string>{remove_one, "z0,400200,4", "D;1"});
}

TEST_CASE("what isn't sure to succeed is asked at once") {
  Setting s;
  for (const char* packet :
       {"Z0,410000,4",  // not executable
        "Z0,411000,4",  // not executable
        "Z0,500000,4",  // shared
        "Z0,700000,4",  // unmapped
        "Z0,401ffe,4",  // partly unmapped
        "Z0,ffffffffffffffff,4", "Z1,400100,4", "Z2,411000,8", "Z0,400100,0", "Z0,400100,4;X3,220127"}) {
    INFO(packet);
    CHECK(s.cost({packet}) == 1);
  }
  Stub fresh{lldb_server};
  CHECK(fresh.cost({set_one}) == 1);
  CHECK(fresh.cost({other}) == 0);
}

TEST_CASE("a resume whose breakpoint can't be set isn't executed") {
  Setting s;
  s.instead[in_new_page] = "E0e";
  CHECK(s.gdb(in_new_page) == "OK");
  const std::string reply = s.gdb("vCont;c");
  CHECK(reply == "E.the target was not resumed: the stub refused " + in_new_page + " with E0e");
  CHECK_FALSE(s.was_asked("vCont;c"));
  CHECK(s.gdb(in_new_page) == "E0e");   // not promised again
  CHECK(s.cost({"z0,401100,4"}) == 1);  // it never was there
  CHECK(s.gdb("vCont;c") == stop);
}

TEST_CASE(
    "nobody waits for a breakpoint where one was set before; refused all the same, it interrupts the "
    "target") {
  Setting s;
  s.gdb("m400100,4");
  s.d.gdb_sends(set_one);  // in the page of the first one
  s.d.gdb_gets("OK");
  s.d.gdb_sends("vCont;c");
  s.d.stub_gets(set_one);
  s.d.stub_gets("vCont;c");
  s.d.stub_sends("E0e");
  s.d.stub_gets("^C");
  REQUIRE(s.d.warnings.size() == 1);
  CHECK(s.d.warnings[0].find("refused " + set_one + " with E0e") != std::string::npos);
  s.d.stub_sends(stop);
  s.d.gdb_gets(stop);
  s.serve();
  CHECK(s.gdb("vCont;c").starts_with("E.the target was not resumed"));
  CHECK(s.gdb("vCont;c") == stop);
}

TEST_CASE("a breakpoint in a page where none was set before is waited for") {
  Setting s;
  s.gdb("m401100,4");
  s.d.gdb_sends("Z0,401100,4");
  s.d.gdb_gets("OK");
  s.d.gdb_sends("vCont;c");
  s.d.stub_gets("Z0,401100,4");
  s.d.stub_gets_nothing();
  s.d.stub_sends("OK");
  s.d.stub_gets("vCont;c");
}

TEST_CASE("what changes something finds the breakpoints that were set before") {
  for (const std::string change : {"M411000,1:00", "P0=00", "qRcmd,78", "unlisted", "Z1,400300,4"}) {
    INFO(change);
    Setting s;
    s.gdb(set_one);
    s.asked.clear();
    s.gdb(change);
    const auto place = [&](const std::string& packet) {
      return std::find(s.asked.begin(), s.asked.end(), packet) - s.asked.begin();
    };
    CHECK(s.was_asked(set_one));
    CHECK(place(set_one) < place(change));
  }
}

TEST_CASE("breakpoints of a GDB that vanishes are set, and then taken back") {
  Setting s;
  s.gdb(set_one);
  s.asked.clear();
  s.d.gdb_vanishes();
  s.serve();
  const auto asked = s.breakpoints_asked();
  REQUIRE(asked.size() == 3);
  CHECK(asked[0] == set_one);
  CHECK(std::count(asked.begin(), asked.end(), remove_one) == 1);
}

TEST_CASE("another process's breakpoints aren't held back, and those of this one go first") {
  Setting s;
  s.gdb(set_one);
  s.asked.clear();
  s.gdb("Hgp2.2");
  s.gdb("z0,400100,4");
  CHECK(s.breakpoints_asked() == std::vector<std::string>{set_one, remove_one});
  const auto selects = std::find(s.asked.begin(), s.asked.end(), "Hgp2.2");
  CHECK(selects != s.asked.end());
  CHECK(std::find(selects, s.asked.end(), remove_one) != s.asked.end());
}

TEST_CASE("after another program was executed nothing is known to be set") {
  Setting s;
  s.gdb(set_one);
  s.resumed_to = "T05exec:2f78;thread:p1.1;";
  s.gdb("vCont;c");
  CHECK(s.cost({remove_one}) == 1);
}

TEST_CASE("a breakpoint in a page that can't be read is asked for: it may lie behind its file's end") {
  Setting s;
  s.instead["m401000,1000"] = "E01";
  s.instead["Z0,401100,4"] = "E01";
  CHECK(s.gdb("Z0,401100,4") == "E01");
  CHECK(s.gdb("vCont;c") == stop);
  s.instead.clear();
  s.gdb("Z0,401300,4");
  s.serve();
  CHECK(s.cost({"Z0,401200,4"}) == 0);
}

TEST_CASE("what the stub refuses to remove, GDB takes for removed, and nothing else comes of it") {
  Setting s;
  s.gdb(set_one);
  s.gdb("vCont;c");
  s.instead[remove_one] = "E01";
  CHECK(s.gdb(remove_one) == "OK");
  CHECK(s.gdb("vCont;C0a:p1.1") == stop);
}

TEST_CASE("a refused breakpoint keeps nobody from ending the process, nor the next GDB from resuming") {
  for (const std::string end : {"D;1", "vKill;1"}) {
    INFO(end);
    Setting s;
    s.instead[set_one] = "E0e";
    s.gdb(set_one);
    CHECK(s.gdb(end) == "OK");
  }
  Setting s;
  s.instead[set_one] = "E0e";
  s.gdb(set_one);
  s.serve();
  s.d.gdb_vanishes();
  s.serve();
  s.d.gdb_connects();
  s.d.gdb_sends("QStartNoAckMode");
  s.d.gdb_gets("OK");
  s.d.gdb_no_ack();
  s.gdb("vCont;c");
  CHECK(s.was_asked("vCont;c"));
}

TEST_CASE("a kill isn't held up by breakpoints, and a resume outlives its GDB") {
  Setting s;
  s.gdb(set_one);
  s.d.gdb_sends("k");
  s.d.gdb_vanishes();
  s.serve();
  CHECK(s.was_asked("k"));
  Setting other;
  other.gdb(set_one);
  other.d.gdb_sends("vCont;c");
  other.d.gdb_vanishes();
  other.serve();
  CHECK(other.was_asked("vCont;c"));
}

TEST_CASE("a ^C for a resume that wasn't executed interrupts no other one") {
  Setting s;
  s.instead[in_new_page] = "E0e";
  s.gdb(in_new_page);
  s.d.gdb_sends("vCont;c");
  s.d.gdb_interrupts();
  s.serve();
  REQUIRE(s.d.gdb_pop());
  s.gdb("z0,401100,4");
  s.gdb("vCont;c");
  CHECK_FALSE(s.was_asked("^C"));
}

TEST_CASE("a setting that the stub refuses all the same is told in the log, and asked for from then on") {
  Setting s;
  s.instead["QPassSignals:e"] = "";
  CHECK(s.gdb("QPassSignals:e") == "OK");
  CHECK(s.gdb("vCont;c") == stop);
  CHECK(s.gdb("QPassSignals:e").empty());
}

TEST_CASE("a step is executed though a breakpoint was refused, and what follows it isn't") {
  Setting s;
  s.instead[set_one] = "E0e";
  s.gdb(set_one);
  CHECK(s.gdb("vCont;s:p1.1") == stop);
  CHECK(s.gdb("vCont;C0a:p1.1").starts_with("E.the target was not resumed"));
  CHECK_FALSE(s.was_asked("vCont;C0a:p1.1"));
}
