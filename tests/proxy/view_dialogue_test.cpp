// A GDB with a view of the registers that isn't the stub's own, as dialogues.
#include <string>

#include "rsp/x86_64_roles.hpp"
#include "tests/support/x86_dialogue.hpp"

using namespace rspbridge;
using namespace rspbridge::tests;

TEST_CASE("a view leaves out the features whose packets name registers") {
  X86 d;
  CHECK(d.supported == "PacketSize=4000;QStartNoAckMode+;qXfer:features:read+;swbreak+;no-resumed+");
  X86 without("PacketSize=4000;qXfer:features:read+");
  CHECK(without.supported == "PacketSize=4000;qXfer:features:read+;QStartNoAckMode+;swbreak+;hwbreak+");
}

TEST_CASE("registers are read through the plan, and once a stop") {
  X86 d;
  d.describe();
  const auto layout = view_layout(d);
  d.gdb_sends("g");
  d.stub_gets("g");
  d.stub_sends(stub_g());
  const auto g = rsp::RegisterValues::parse(layout, *d.gdb_pop());
  REQUIRE(g);
  const auto value = [&](std::string_view name) {
    return g->get_hex(layout.find(name)->regnum).value_or("?");
  };
  CHECK(value("rip") == hex_number(pc));
  CHECK(value("a64_pc") == hex_number(pc));
  CHECK(value("rsp") == hex_number(sp));
  CHECK(value("rbp") == hex_number(29 * 0x11));
  CHECK(value("eflags") == hex_number(0x202 | 0x40 | 1, 4));  // Z and C
  for (const rsp::Role& role : rsp::x86_64_roles)
    if (role.arm64.starts_with('x')) CHECK(value(role.amd64) == value(role.arm64));
  d.gdb_sends("p" + number(layout, "x7"));
  d.gdb_gets(hex_number(7 * 0x11));
  d.stub_gets_nothing();
}

TEST_CASE("a stub without P gets a G with all else as it was") {
  X86 d;
  d.describe();
  const auto layout = view_layout(d);
  d.gdb_sends("P" + number(layout, "rip") + "=" + hex_number(0x400600));
  d.stub_gets("g");
  d.stub_sends(stub_g());
  d.stub_gets("P20=" + hex_number(0x400600));
  d.stub_sends("");
  d.stub_gets("G" + stub_g(0x400600));
  d.stub_sends("OK");
  d.gdb_gets("OK");
}

TEST_CASE("a write to what ARM64 doesn't have is refused in words") {
  X86 d;
  d.describe();
  const auto layout = view_layout(d);
  d.gdb_sends("P" + number(layout, "fs_base") + "=" + hex_number(1));
  d.stub_gets("g");
  d.stub_sends(stub_g());
  const auto reply = d.gdb_pop();
  REQUIRE(reply);
  CHECK(reply->starts_with("E.rspbridge: "));
  d.stub_gets_nothing();
  CHECK(d.warnings.size() == 1);
}

TEST_CASE("a stop's registers are the view's") {
  X86 d;
  d.describe();
  const auto layout = view_layout(d);
  d.gdb_sends("vCont;c");
  d.stub_gets("vCont;c");
  d.stub_sends("T05swbreak:;1d:" + hex_number(1) + ";1f:" + hex_number(sp) + ";20:" + hex_number(pc) +
               ";thread:p1.1;core:0;");
  d.stub_gets("g");  // whose breakpoint it is
  d.stub_sends(stub_g());
  const auto reply = d.gdb_pop();
  REQUIRE(reply);
  CHECK(reply->starts_with("T05swbreak:;thread:p1.1;core:0;"));
  for (const auto& [name, value] :
       {std::pair{"rbp", hex_number(1)}, {"rsp", hex_number(sp)}, {"rip", hex_number(pc)}})
    CHECK(reply->find(number(layout, name) + ":" + value + ";") != std::string::npos);
}

TEST_CASE("breakpoints have four bytes and no tag, and a reason where the stub gives none") {
  X86 d("PacketSize=4000;qXfer:features:read+");
  d.describe();
  d.gdb_sends("Z0,ab00000000400550,1");
  d.stub_gets("Z0,400550,4");
  d.stub_sends("OK");
  d.gdb_gets("OK");
  d.gdb_sends("vCont;c");
  d.stub_gets("vCont;c");
  d.stub_sends("T05thread:p1.1;");
  d.stub_gets("g");
  d.stub_sends(stub_g());
  d.gdb_gets("T05swbreak:;thread:p1.1;");
  d.gdb_sends("Z0,400551,1");
  CHECK(d.gdb_pop()->starts_with("E.rspbridge: "));
}

TEST_CASE("a watchpoint's access is done before GDB hears of it") {
  X86 d;
  d.describe();
  d.gdb_sends("Z2,ab00000000411000,4");
  d.stub_gets("Z2,411000,4");
  d.stub_sends("OK");
  d.gdb_gets("OK");
  d.gdb_sends("vCont;c");
  d.stub_gets("vCont;c");
  d.stub_sends("T05watch:411000;thread:p1.2;");
  d.stub_gets("z2,411000,4");
  d.stub_sends("OK");
  d.stub_gets("vCont;s:p1.2");
  d.stub_sends("T05thread:p1.2;");
  d.stub_gets("Z2,411000,4");
  d.stub_sends("OK");
  d.stub_gets("g");
  d.stub_sends(stub_g(pc + 4));
  d.gdb_gets("T05watch:ab00000000411000;thread:p1.2;");
}

TEST_CASE("a watchpoint that the stub has lost is neither stepped over nor armed again") {
  X86 d;
  d.describe();
  for (const std::string watch : {"2,411000,4", "2,411008,8"}) {
    d.gdb_sends("Z" + watch);
    d.stub_gets("Z" + watch);
    d.stub_sends("OK");
    d.gdb_gets("OK");
  }
  const auto trigger = [&](const std::string& first_removed) {
    d.gdb_sends("vCont;c");
    d.stub_gets("vCont;c");
    d.stub_sends("T05watch:411008;thread:p1.2;");
    if (!first_removed.empty()) {
      d.stub_gets("z2,411000,4");
      d.stub_sends(first_removed);
    }
    d.stub_gets("z2,411008,8");
    d.stub_sends("OK");
    d.stub_gets("vCont;s:p1.2");
    d.stub_sends("T05thread:p1.2;");
    d.stub_gets("Z2,411008,8");
    d.stub_sends("OK");
    d.stub_gets("g");
    d.stub_sends(stub_g(pc + 4));
    d.gdb_gets("T05watch:411008;thread:p1.2;");
  };
  trigger("E01");
  trigger("");
}

TEST_CASE("watchpoints go with the process that they were in") {
  for (const std::string end : {"W00;process:1", "X09;process:1"}) {
    X86 d;
    d.describe();
    d.gdb_sends("Hgp1.1");
    d.stub_gets("Hgp1.1");
    d.stub_sends("OK");
    d.gdb_gets("OK");
    d.gdb_sends("Z2,411000,4");
    d.stub_gets("Z2,411000,4");
    d.stub_sends("OK");
    d.gdb_gets("OK");
    d.gdb_sends("vCont;c");
    d.stub_gets("vCont;c");
    d.stub_sends(end);
    d.gdb_gets(end);
    d.gdb_sends("vCont;c:p1.2");  // a new process has the number
    d.stub_gets("vCont;c:p1.2");
    d.stub_sends("T05watch:412000;thread:p1.2;");
    d.stub_gets("vCont;s:p1.2");
    d.stub_sends("T05thread:p1.2;");
    d.stub_gets("g");
    d.stub_sends(stub_g());
    d.gdb_gets("T05watch:412000;thread:p1.2;");
  }
}

TEST_CASE("a byte C3 at pc is no ret, and other bytes are what they are") {
  X86 d;
  d.describe();
  d.gdb_sends("m400550,1");
  d.stub_gets("m400550,1");
  d.stub_sends("c3");
  d.stub_gets("g");
  d.stub_sends(stub_g());
  d.gdb_gets("E01");
  d.gdb_sends("m400560,1");
  d.stub_gets("m400560,1");
  d.stub_sends("c3");
  d.gdb_gets("c3");
  d.gdb_sends("m400550,4");
  d.stub_gets("m400550,4");
  d.stub_sends("c3035fd6");
  d.gdb_gets("c3035fd6");
}

TEST_CASE("system calls have amd64's numbers for GDB and ARM64's for the stub") {
  X86 d;
  d.describe();
  d.gdb_sends("QCatchSyscalls:1;1;101");  // write, openat
  d.stub_gets("QCatchSyscalls:1;40;38");
  d.stub_sends("OK");
  d.gdb_gets("OK");
  d.gdb_sends("QCatchSyscalls:1;2");  // open
  d.gdb_gets("E.rspbridge: ARM64 has no system call 'open'");
  d.gdb_sends("vCont;c");
  d.stub_gets("vCont;c");
  d.stub_sends("T05syscall_entry:40;thread:p1.1;");
  d.stub_gets("g");
  d.stub_sends(stub_g());
  d.gdb_gets("T05syscall_entry:1;thread:p1.1;");
}

TEST_CASE("GDB's packets wait while the view still asks for the last one") {
  X86 d;
  d.describe();
  d.gdb_sends("g");
  d.gdb_sends("m1000,4");
  d.stub_gets("g");
  d.stub_gets_nothing();
  d.stub_sends(stub_g());
  CHECK(d.gdb_pop());
  d.stub_gets("m1000,4");
  d.stub_sends("01020304");
  d.gdb_gets("01020304");
}

TEST_CASE("a GDB that vanishes in the middle leaves nothing behind") {
  X86 d;
  d.describe();
  d.gdb_sends("Z0,400550,1");
  d.stub_gets("Z0,400550,4");
  d.gdb_vanishes();
  d.stub_sends("OK");
  d.stub_gets("z0,400550,4");
}

TEST_CASE("monitor rspbridge is answered here, other monitor commands by the stub") {
  X86 d;
  d.gdb_sends("qRcmd," + rsp::to_hex("rspbridge view"));
  const auto reply = d.gdb_pop();
  REQUIRE(reply);
  CHECK(rsp::from_hex(*reply)->starts_with("view: x86_64\n"));
  d.gdb_sends("qRcmd," + rsp::to_hex("rspbridgex"));
  d.stub_gets("qRcmd," + rsp::to_hex("rspbridgex"));
  d.stub_sends("O48690a");
  d.gdb_gets("O48690a");
  d.stub_sends("OK");
  d.gdb_gets("OK");
  d.gdb_sends("qRcmd," + rsp::to_hex("rspbridge nonsense"));
  CHECK(rsp::from_hex(*d.gdb_pop())->starts_with("rspbridge has no command \"nonsense\""));
}

TEST_CASE("a view that was picked gives way to a process that isn't ARM64's") {
  const std::string amd64 = "<target><architecture>i386:x86-64</architecture></target>";
  X86 d("PacketSize=4000;qXfer:features:read+", nullptr, "this GDB knows x86-64 and not aarch64");
  d.gdb_sends("vRun;61");
  d.stub_gets("vRun;61");
  d.stub_sends("T0506:0000000000000000;thread:p1.1;");
  d.stub_gets("qXfer:features:read:target.xml:0,1000");
  d.stub_sends("l" + amd64);
  d.gdb_gets("T0506:0000000000000000;thread:p1.1;");
  d.gdb_sends("qXfer:features:read:target.xml:0,1000");
  d.stub_gets("qXfer:features:read:target.xml:0,1000");
  d.stub_sends("l" + amd64);
  d.gdb_gets("l" + amd64);
  d.gdb_sends("g");
  d.stub_gets("g");
  d.stub_sends("11223344");
  d.gdb_gets("11223344");
  d.gdb_sends("Z0,1000,1");
  d.stub_gets("Z0,1000,1");
}

TEST_CASE("a view that was asked for doesn't give way") {
  X86 d("PacketSize=4000;qXfer:features:read+");
  d.gdb_sends("qXfer:features:read:target.xml:0,1000");
  const std::string amd64 = "l<target><architecture>i386:x86-64</architecture></target>";
  d.stub_gets("qXfer:features:read:target.xml:0,1000");
  d.stub_sends(amd64);
  d.stub_gets("qXfer:features:read:target.xml:0,1000");
  d.stub_sends(amd64);
  const auto reply = d.gdb_pop();
  REQUIRE(reply);
  CHECK(reply->starts_with("E.rspbridge: "));
  CHECK(d.warnings.size() == 1);
}
