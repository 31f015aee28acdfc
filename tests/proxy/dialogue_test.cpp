// GDB, the bridge and a stub, as dialogues.
#include "tests/support/dialogue.hpp"

#include <string>

#include "rsp/escape.hpp"

using rspbridge::tests::Dialogue;

namespace {
const std::string gdbserver =
    "PacketSize=47ff;QPassSignals+;QProgramSignals+;QStartupWithShell+;QStartNoAckMode+;multiprocess+";
const std::string qemu = "PacketSize=1000;qXfer:features:read+;vContSupported+";
}  // namespace

TEST_CASE("a packet that is not listed passes verbatim, and so does its reply") {
  Dialogue d;
  d.open(gdbserver);
  d.gdb_sends("qMadeUp:1,2;}\x03*x");
  d.stub_gets("qMadeUp:1,2;}\x03*x");
  d.stub_sends("0*\"0");  // a run stays a run
  d.gdb_gets("0*\"0");
}

TEST_CASE("both legs settle acknowledgement for themselves") {
  Dialogue d;
  d.opens();
  d.stub_gets("QStartNoAckMode");
  d.stub_sends("");  // this stub can't
  d.gdb_connects();
  d.gdb_sends("qSupported:x+");
  d.stub_gets("qSupported:x+");
  d.stub_sends("PacketSize=1000;vContSupported+");
  d.gdb_gets("PacketSize=1000;vContSupported+;QStartNoAckMode+");
  d.gdb_sends("QStartNoAckMode");
  d.gdb_gets("OK");
  d.stub_gets_nothing();
}

TEST_CASE("while the target runs nothing but ^C reaches the stub") {
  Dialogue d;
  d.open(gdbserver);
  d.gdb_sends("vCont;c");
  d.stub_gets("vCont;c");
  d.gdb_sends("m1000,4");
  d.stub_gets_nothing();
  d.stub_sends("O48690a");
  d.gdb_gets("O48690a");
  d.gdb_interrupts();
  d.stub_gets("^C");
  d.stub_sends("T02thread:p1.1;");
  d.gdb_gets("T02thread:p1.1;");
  d.stub_gets("m1000,4");
  d.stub_sends("01020304");
  d.gdb_gets("01020304");
}

TEST_CASE("a ^C that meets a stop on the way is for the next resume, and is sent behind it") {
  Dialogue d;
  d.open(gdbserver);
  d.gdb_interrupts();
  d.stub_gets_nothing();
  d.gdb_sends("vCont;c");
  d.stub_gets("vCont;c");
  d.stub_gets("^C");
  d.stub_sends("T02thread:p1.1;");
  d.gdb_gets("T02thread:p1.1;");
  d.gdb_sends("vCont;c");
  d.stub_gets("vCont;c");
  d.stub_gets_nothing();
}

TEST_CASE("a ^C for a process that has ended, or of a GDB that is gone, is for nobody else") {
  Dialogue d;
  d.open(gdbserver);
  d.gdb_interrupts();
  d.gdb_sends("vKill;1");
  d.stub_gets("vKill;1");
  d.stub_sends("OK");
  d.gdb_gets("OK");
  d.gdb_sends("vRun;61");
  d.stub_gets("vRun;61");
  d.stub_gets_nothing();
  d.stub_sends("T05thread:p2.2;");
  d.gdb_gets("T05thread:p2.2;");
  d.gdb_interrupts();
  d.gdb_vanishes();
  d.gdb_connects();
  d.gdb_no_ack();
  d.gdb_sends("vCont;c");
  d.stub_gets("vCont;c");
  d.stub_gets_nothing();
}

TEST_CASE("replies keep the order of the requests, also those answered here") {
  Dialogue d;
  d.open(gdbserver);
  d.gdb_sends("g");
  d.gdb_sends("QStartNoAckMode");
  d.stub_gets("g");
  d.gdb_gets_nothing();
  d.stub_sends("00");
  d.gdb_gets("00");
  d.gdb_gets("OK");
}

TEST_CASE("a stub that may not be pipelined gets one request at a time") {
  Dialogue d;
  d.open(qemu);
  d.gdb_sends("m1000,4");
  d.gdb_sends("m2000,4");
  d.stub_gets("m1000,4");
  d.stub_gets_nothing();
  d.stub_sends("01");
  d.stub_gets("m2000,4");
  d.stub_sends("02");
  d.gdb_gets("01");
  d.gdb_gets("02");
}

TEST_CASE("a stop reply that nobody asked for never answers a request") {
  Dialogue d;
  d.open(qemu);
  d.gdb_sends("vCont;c");
  d.stub_gets("vCont;c");
  d.stub_sends("T05thread:p1.1;");
  d.gdb_gets("T05thread:p1.1;");
  d.stub_sends("T05thread:p1.2;");  // qemu-user sends a second one
  d.gdb_gets_nothing();
  d.gdb_sends("g");
  d.stub_gets("g");
  d.stub_sends("T05thread:p1.3;");
  d.gdb_gets_nothing();
  d.stub_sends("0011");
  d.gdb_gets("0011");
  CHECK(d.warnings.size() == 2);
}

TEST_CASE("non-stop: a resume is answered at once, and stops are notifications") {
  Dialogue d;
  d.open(gdbserver);
  d.gdb_sends("QNonStop:1");
  d.stub_gets("QNonStop:1");
  d.stub_sends("OK");
  d.gdb_gets("OK");
  d.gdb_sends("vCont;c:p1.-1");
  d.stub_gets("vCont;c:p1.-1");
  d.stub_sends("OK");
  d.gdb_gets("OK");
  d.gdb_sends("m1000,4");  // the target runs, and yet
  d.stub_gets("m1000,4");
  d.stub_notifies("Stop:T05thread:p1.1;");
  d.gdb_gets("%Stop:T05thread:p1.1;");
  d.stub_sends("01020304");
  d.gdb_gets("01020304");
  d.gdb_sends("vStopped");
  d.stub_gets("vStopped");
  d.stub_sends("T05thread:p1.2;");
  d.gdb_gets("T05thread:p1.2;");
  CHECK(d.warnings.empty());
}

TEST_CASE("monitor commands print before they answer") {
  Dialogue d;
  d.open(gdbserver);
  d.gdb_sends("qRcmd,68656c70");
  d.stub_gets("qRcmd,68656c70");
  d.stub_sends("O61");
  d.gdb_gets("O61");
  d.stub_sends("OK");
  d.gdb_gets("OK");
}

TEST_CASE("File-I/O: a request of the stub's passes to GDB, whose answer resumes") {
  Dialogue d;
  d.open(gdbserver);
  d.gdb_sends("vCont;c");
  d.stub_gets("vCont;c");
  d.stub_sends("Fwrite,1,1000,5");
  d.gdb_gets("Fwrite,1,1000,5");
  d.gdb_sends("m1000,5");  // GDB reads what to write
  d.stub_gets("m1000,5");
  d.stub_sends("0102030405");
  d.gdb_gets("0102030405");
  d.gdb_sends("F5");
  d.stub_gets("F5");
  d.stub_sends("W00");
  d.gdb_gets("W00");
}

TEST_CASE("k is never answered, and the stub may go after it") {
  Dialogue d;
  d.open(gdbserver);
  d.gdb_sends("k");
  d.stub_gets("k");
  d.gdb_gets_nothing();
  d.stub_closes("closed");
  REQUIRE(d.stub_gone);
  CHECK(d.stub_gone->expected);
}

TEST_CASE("whether the stub's end was to be expected") {
  struct Row {
    const char *request, *reply;
    bool expected;
  };
  for (const Row& row : {Row{"vCont;c", "W00", true}, Row{"vCont;c", "X0b;process:1", true},
                         Row{"vCont;c", "T05thread:p1.1;", false}, Row{"D;1", "OK", true},
                         Row{"D;1", "E01", false}, Row{"vKill;1", "OK", true}, Row{"g", "00", false}}) {
    INFO(row.request << " " << row.reply);
    Dialogue d;
    d.open(gdbserver);
    d.gdb_sends(row.request);
    d.stub_sends(row.reply);
    d.stub_closes("closed");
    REQUIRE(d.stub_gone);
    CHECK(d.stub_gone->expected == row.expected);
  }
}

TEST_CASE("after a fork's child was let go, the stub's end is unexpected as soon as the parent runs") {
  Dialogue d;
  d.open(gdbserver);
  d.gdb_sends("D;2");
  d.stub_sends("OK");
  d.gdb_sends("vCont;c");
  d.stub_closes("closed");
  REQUIRE(d.stub_gone);
  CHECK_FALSE(d.stub_gone->expected);
}

TEST_CASE("a resume follows questions at once where the stub takes several, else when they are answered") {
  for (const std::string& stub : {gdbserver, qemu}) {
    Dialogue d;
    d.open(stub);
    d.gdb_sends("m1000,4");
    d.gdb_sends("vCont;c");
    d.stub_gets("m1000,4");
    if (stub == gdbserver) d.stub_gets("vCont;c");
    d.stub_gets_nothing();
    d.stub_sends("01020304");
    if (stub == qemu) d.stub_gets("vCont;c");
    d.gdb_gets("01020304");
  }
}

TEST_CASE("gdbserver's description is never read before a thread was selected") {
  Dialogue d;
  d.open(gdbserver);
  d.gdb_sends("qXfer:features:read:target.xml:0,fff");
  d.stub_gets("Hg0");
  d.stub_gets("qXfer:features:read:target.xml:0,fff");
  d.stub_sends("OK");
  d.stub_sends("l<target/>");
  d.gdb_gets("l<target/>");
  d.gdb_sends("qXfer:features:read:target.xml:0,fff");
  d.stub_gets("qXfer:features:read:target.xml:0,fff");
}

TEST_CASE("an m that gdbserver would never answer is shortened to what fits") {
  Dialogue d;
  d.open(gdbserver);
  d.gdb_sends("m1000,10000");
  d.stub_gets("m1000,23ff");
  d.stub_sends("00");
  d.gdb_gets("00");
  d.gdb_sends("m1000,23ff");
  d.stub_gets("m1000,23ff");
}

TEST_CASE("an answer that is too long to keep is an error to GDB, and the next request goes on") {
  Dialogue d;
  d.open(gdbserver);
  d.gdb_sends("g");
  d.stub_gets("g");
  d.stub_sends(std::string((std::size_t{16} << 20) + 1, '0'));
  d.gdb_gets("E.the stub's answer was too long");
  d.gdb_sends("g");
  d.stub_gets("g");
  d.stub_sends("00");
  d.gdb_gets("00");
}

TEST_CASE("what a stub says against the rules is said in the log, and the session goes on") {
  Dialogue d;
  d.open(gdbserver);
  d.stub_sends("surprise");
  REQUIRE(d.warnings.size() == 1);
  CHECK(d.warnings[0].find("surprise") != std::string::npos);
  d.gdb_sends("g");
  d.stub_gets("g");
  d.stub_sends("00");
  d.gdb_gets("00");
}
