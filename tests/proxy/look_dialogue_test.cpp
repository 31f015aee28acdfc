// What is asked for others than GDB, between GDB's own packets.
#include <optional>
#include <string>
#include <vector>

#include "tests/support/dialogue.hpp"

using rspbridge::proxy::link::Question;
using rspbridge::tests::Dialogue;

namespace {

const std::string gdbserver =
    "PacketSize=47ff;QPassSignals+;QProgramSignals+;QStartupWithShell+;QStartNoAckMode+;multiprocess+";

struct Asked {
  std::vector<std::string> answers;  // in order; "refused" if the target runs
};

rspbridge::rsp::ThreadId thread(const char* text) {
  return *rspbridge::rsp::parse_thread_id(text);
}

// Asks, and sends what is to be sent.
void ask(Dialogue& d, const std::vector<Question>& questions, Asked& asked) {
  for (const Question& question : questions) {
    rspbridge::proxy::link::Request request{.payload = question.payload,
                                            .effect = rspbridge::proxy::link::Effect::looks};
    request.thread = question.thread ? question.thread : d.knowledge().state().general_thread();
    request.waits = false;
    d.knowledge().ask(std::move(request), [&asked](std::optional<std::string> reply) {
      asked.answers.push_back(reply.value_or("refused"));
    });
  }
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
  // A run is expanded; there is no third thread, and the answer is another's.
  CHECK(asked.answers == std::vector<std::string>{"111111", "01020304", "E.the stub has no thread p1.3"});
  d.gdb_gets_nothing();
  d.stub_sends("OK");
  d.stub_sends("22222222");
  d.gdb_gets("22222222");
}

TEST_CASE("a thread that GDB can't have is not selected for its next packet") {
  Dialogue d;
  d.open(gdbserver);
  d.gdb_sends("Hgp1.1");
  d.stub_gets("Hgp1.1");
  d.stub_sends("OK");
  d.gdb_gets("OK");
  d.gdb_sends("Hgp1.2");
  d.stub_gets("Hgp1.2");
  d.stub_sends("E01");
  d.gdb_gets("E01");
  d.gdb_sends("g");
  d.stub_gets("Hgp1.1");
  d.stub_gets("g");
}

TEST_CASE("what changes a thread waits until that is selected") {
  Dialogue d;
  d.open(gdbserver);
  d.gdb_sends("Hgp1.1");
  d.stub_gets("Hgp1.1");
  d.stub_sends("OK");
  d.gdb_gets("OK");
  Asked asked;
  ask(d, {{thread("p1.2"), "g"}}, asked);
  d.gdb_sends("P0=11");
  for (const char* sent : {"Hgp1.2", "g", "Hgp1.1"}) d.stub_gets(sent);
  d.stub_gets_nothing();
  d.stub_sends("OK");
  d.stub_sends("22");
  d.stub_sends("E01");  // the thread is gone: what would be written to another isn't
  d.stub_gets_nothing();
  d.gdb_gets("E01");
}

TEST_CASE("nothing is asked of a target that runs or is about to") {
  Dialogue d;
  d.open(gdbserver);
  CHECK(d.knowledge().looks());
  d.gdb_sends("vCont;c");
  d.stub_gets("vCont;c");
  CHECK_FALSE(d.knowledge().looks());
  Asked asked;
  ask(d, {{std::nullopt, "m10,4"}}, asked);
  CHECK(asked.answers == std::vector<std::string>{"refused"});
  d.stub_gets_nothing();
  d.stub_sends("T05thread:p1.1;");
  d.gdb_gets("T05thread:p1.1;");
  CHECK(d.knowledge().looks());
}

TEST_CASE("what GDB sends twice for want of an acknowledgement reaches the stub once") {
  Dialogue d;
  d.opens();
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
