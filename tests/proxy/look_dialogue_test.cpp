// What is asked for others than GDB, between GDB's own packets.
#include <string>
#include <vector>

#include "tests/support/dialogue.hpp"

using rspbridge::proxy::far::Far;
using rspbridge::tests::Dialogue;

namespace {

const std::string gdbserver =
    "PacketSize=47ff;QPassSignals+;QProgramSignals+;QStartupWithShell+;QStartNoAckMode+;multiprocess+";

struct Asked {
  bool done = false;
  Far::Answers answers;
};

rspbridge::rsp::ThreadId thread(const char* text) {
  return *rspbridge::rsp::parse_thread_id(text);
}

// Asks, and sends what is to be sent.
void ask(Dialogue& d, std::vector<Far::Question> questions, Asked& asked) {
  d.far().ask_together(std::move(questions), [&asked](Far::Answers answers) {
    asked.done = true;
    asked.answers = std::move(answers);
  });
  d.pass();
}

}  // namespace

TEST_CASE("questions about threads leave selected what GDB selected") {
  Dialogue d;
  d.open(gdbserver);
  d.gdb_sends("Hgp1.2");
  d.stub_gets("Hgp1.2");
  d.stub_sends("OK");
  d.gdb_gets("OK");
  Asked asked;
  ask(d, {{thread("p1.1"), "g"}, {thread("p1.1"), "m10,4"}, {thread("p1.3"), "g"}}, asked);
  d.gdb_sends("g");
  for (const char* sent : {"Hgp1.1", "g", "m10,4", "Hgp1.3", "g", "Hgp1.2", "g"}) d.stub_gets(sent);
  for (const char* answer : {"OK", "11*!", "01020304", "E01", "0000"}) d.stub_sends(answer);
  CHECK_FALSE(asked.done);
  d.stub_sends("OK");
  REQUIRE(asked.done);
  REQUIRE(asked.answers);
  REQUIRE(asked.answers->size() == 3);
  CHECK((*asked.answers)[0] == "111111");  // a run, expanded
  CHECK((*asked.answers)[1] == "01020304");
  CHECK_FALSE((*asked.answers)[2]);  // there is no such thread: the answer is another's
  d.gdb_gets_nothing();
  d.stub_sends("22222222");
  d.gdb_gets("22222222");
}

TEST_CASE("questions wait until it is known what GDB selected") {
  Dialogue d;
  d.open(gdbserver);
  d.gdb_sends("Hgp1.2");
  d.stub_gets("Hgp1.2");
  Asked asked;
  ask(d, {{thread("p1.1"), "g"}}, asked);
  d.stub_gets_nothing();
  d.stub_sends("E01");
  d.gdb_gets("E01");
  for (const char* sent : {"Hgp1.1", "g", "Hg0"}) d.stub_gets(sent);
}

TEST_CASE("nothing is asked of a target that runs or is about to") {
  Dialogue d;
  d.open(gdbserver);
  CHECK(d.far().looks());
  d.gdb_sends("vCont;c");
  d.stub_gets("vCont;c");
  CHECK_FALSE(d.far().looks());
  Asked asked;
  ask(d, {{std::nullopt, "m10,4"}}, asked);
  CHECK(asked.done);
  CHECK_FALSE(asked.answers);
  d.stub_gets_nothing();
  d.stub_sends("T05thread:p1.1;");
  d.gdb_gets("T05thread:p1.1;");
  CHECK(d.far().looks());
}

TEST_CASE("what GDB sends twice for want of an acknowledgement reaches the stub once") {
  Dialogue d;
  d.far().start([](bool) {});
  d.pass();
  d.stub_gets("QStartNoAckMode");
  d.stub_sends("OK");
  d.stub_no_ack();
  d.gdb_connects();
  d.gdb_sends("qSupported:multiprocess+");
  d.gdb_sends("qSupported:multiprocess+");
  d.stub_gets("qSupported:multiprocess+");
  d.stub_gets_nothing();
  d.stub_sends(gdbserver);
  CHECK(d.gdb_pop());
  d.gdb_gets_nothing();
  d.gdb_sends("qTStatus");
  d.stub_gets("qTStatus");
  d.stub_sends("");
  d.gdb_gets("");
  d.gdb_sends("qTStatus");  // asked again after the answer
  d.stub_gets("qTStatus");
}
