// GDBs that vanish and come back, as dialogues: what is left behind, and whose it is.
#include "tests/support/dialogue.hpp"

#include <string>

using rspbridge::tests::Dialogue;

namespace {
const std::string gdbserver =
    "PacketSize=47ff;QPassSignals+;QProgramSignals+;QStartupWithShell+;QStartNoAckMode+;multiprocess+";
const std::string qemu = "PacketSize=1000;qXfer:features:read+;vContSupported+";
}  // namespace

TEST_CASE("what a vanished GDB left in the stub is taken back") {
  Dialogue d;
  d.open(gdbserver);
  auto ok = [&](const std::string& packet) {
    d.gdb_sends(packet);
    d.stub_gets(packet);
    d.stub_sends("OK");
    d.gdb_gets("OK");
  };
  ok("Hgp1.1");
  ok("Z0,1000,4");
  ok("Z2,2000,8");
  ok("z0,1000,4");
  ok("Z0,3000,4;X1,00");
  ok("QCatchSyscalls:1;40");
  ok("QThreadEvents:1");
  ok("QThreadEvents:0");
  d.gdb_sends("vFile:open:2f,0,0");
  d.stub_gets("vFile:open:2f,0,0");
  d.stub_sends("F7");
  d.gdb_gets("F7");
  d.gdb_sends("Z0,4000,4");
  d.stub_gets("Z0,4000,4");
  d.stub_sends("E01");  // refused: nothing to take back
  d.gdb_gets("E01");
  d.gdb_vanishes();
  std::string sent;
  while (auto packet = d.stub_pop()) {
    sent += *packet + " ";
    d.stub_sends("OK");
  }
  CHECK(sent == "Hgp1.0 QCatchSyscalls:0 z0,3000,4 z2,2000,8 vFile:close:7 ");
}

TEST_CASE("what the stub said to an earlier GDB's leave says nothing of this one's") {
  Dialogue d(true);
  d.open(gdbserver);
  for (int i = 0; i < 3; ++i) {
    d.gdb_sends("Z2,2000,8");
    d.stub_gets("Z2,2000,8");
    d.stub_sends("OK");
    d.gdb_gets("OK");
    d.gdb_vanishes();
    d.stub_gets("z2,2000,8");
    d.stub_sends("OK");
    d.gdb_connects();
    while (auto packet = d.stub_pop()) d.stub_sends("");
  }
}

TEST_CASE("what is taken back is taken from the process that it was left in") {
  Dialogue d(true);
  d.open(gdbserver);
  for (const std::string packet : {"Hgp1.1", "Z0,1000,4", "Hgp2.2", "Z0,1000,4"}) {
    d.gdb_sends(packet);
    d.stub_gets(packet);
    d.stub_sends("OK");
    d.gdb_gets("OK");
  }
  d.gdb_vanishes();
  for (const std::string packet : {"Hgp1.0", "z0,1000,4", "Hgp2.0", "z0,1000,4"}) {
    d.stub_gets(packet);
    d.stub_sends("OK");
  }
  d.stub_gets_nothing();
}

TEST_CASE("nothing is taken back from a process that is gone: gdbserver 13.1 dies of it") {
  struct Row {
    const char *request, *reply;
  };
  for (const Row& row : {Row{"vCont;c", "W00;process:1"}, Row{"vCont;c", "X09"}, Row{"vKill;1", "OK"},
                         Row{"D;1", "OK"}, Row{"D", "OK"}}) {
    INFO(row.request << " " << row.reply);
    Dialogue d;
    d.open(gdbserver);
    for (const std::string packet : {"Hgp1.1", "Z0,1000,4", "QCatchSyscalls:1"}) {
      d.gdb_sends(packet);
      d.stub_gets(packet);
      d.stub_sends("OK");
      d.gdb_gets("OK");
    }
    d.gdb_sends(row.request);
    d.stub_gets(row.request);
    d.stub_sends(row.reply);
    d.gdb_vanishes();
    d.stub_gets_nothing();
  }
}

TEST_CASE("a breakpoint inserted with any process selected goes with whichever ends") {
  Dialogue d;
  d.open(gdbserver);
  for (const std::string packet : {"Hgp0.0", "Z0,1000,4"}) {
    d.gdb_sends(packet);
    d.stub_gets(packet);
    d.stub_sends("OK");
    d.gdb_gets("OK");
  }
  d.gdb_sends("vCont;c");
  d.stub_gets("vCont;c");
  d.stub_sends("W00;process:1");
  d.gdb_vanishes();
  d.stub_gets_nothing();
}

TEST_CASE("the end of one process leaves what belongs to another") {
  Dialogue d;
  d.open(gdbserver);
  for (const std::string packet : {"Hgp1.1", "Z0,1000,4", "Hgp2.2", "Z0,1000,4"}) {
    d.gdb_sends(packet);
    d.stub_gets(packet);
    d.stub_sends("OK");
    d.gdb_gets("OK");
  }
  d.gdb_sends("vCont;c");
  d.stub_gets("vCont;c");
  d.stub_sends("W00;process:1");
  d.gdb_gets("W00;process:1");
  d.gdb_vanishes();
  d.stub_gets("Hgp2.0");
  d.stub_sends("OK");
  d.stub_gets("z0,1000,4");
  d.stub_gets_nothing();
}

TEST_CASE("a GDB that comes while the target runs for its predecessor stops it") {
  Dialogue d;
  d.open(gdbserver);
  d.gdb_sends("Z0,1000,4");
  d.stub_gets("Z0,1000,4");
  d.stub_sends("OK");
  d.gdb_gets("OK");
  d.gdb_sends("vCont;c");
  d.stub_gets("vCont;c");
  d.gdb_vanishes();
  d.stub_gets_nothing();  // it runs on, and stops at what it would have stopped at
  d.gdb_connects();
  d.stub_gets("^C");
  d.gdb_sends("?");
  d.stub_gets_nothing();
  d.stub_sends("T02thread:p1.1;");
  d.stub_gets("z0,1000,4");
  d.stub_gets("?");
  d.stub_sends("OK");
  d.stub_sends("T02thread:p1.1;");
  d.gdb_gets("T02thread:p1.1;");  // the answer to its `?`, not the stop of the other's resume
  d.gdb_gets_nothing();
}

TEST_CASE("requests of a vanished GDB are forgotten, and their answers go to nobody") {
  Dialogue d;
  d.open(qemu);
  d.gdb_sends("m1000,4");
  d.gdb_sends("m2000,4");
  d.stub_gets("m1000,4");
  d.gdb_vanishes();
  d.gdb_connects();
  d.gdb_sends("g");
  d.stub_gets_nothing();
  d.stub_sends("01");
  d.stub_gets("g");  // not m2000,4
  d.stub_sends("55");
  d.gdb_gets("55");
}

TEST_CASE("a breakpoint that is under way when GDB vanishes is taken back, too") {
  Dialogue d;
  d.open(gdbserver);
  d.gdb_sends("Hgp1.1");
  d.stub_gets("Hgp1.1");
  d.stub_sends("OK");
  d.gdb_gets("OK");
  d.gdb_sends("Z0,1000,4");
  d.stub_gets("Z0,1000,4");
  d.gdb_vanishes();
  d.stub_sends("OK");
  d.stub_gets("Hgp1.0");
  d.stub_sends("OK");
  d.stub_gets("z0,1000,4");
}

TEST_CASE("what a vanished GDB had under way still counts: the process was killed") {
  Dialogue d;
  d.open(gdbserver);
  d.gdb_sends("vKill;1");
  d.stub_gets("vKill;1");
  d.gdb_vanishes();
  d.stub_sends("OK");
  d.stub_closes("closed");
  REQUIRE(d.stub_gone);
  CHECK(d.stub_gone->expected);
}

TEST_CASE("breakpoints belong to the process whose thread stopped, without a word of GDB's") {
  Dialogue d;
  d.open(gdbserver);
  d.gdb_sends("Hgp1.1");
  d.stub_gets("Hgp1.1");
  d.stub_sends("OK");
  d.gdb_gets("OK");
  d.gdb_sends("vRun;61");
  d.stub_gets("vRun;61");
  d.stub_sends("T05thread:p2.2;");
  d.gdb_gets("T05thread:p2.2;");
  d.gdb_sends("Z0,1000,4");
  d.stub_gets("Z0,1000,4");
  d.stub_sends("OK");
  d.gdb_gets("OK");
  d.gdb_vanishes();
  d.stub_gets("Hgp2.0");
  d.stub_sends("OK");
  d.stub_gets("z0,1000,4");
}
