// What is answered without asking the stub, and until when, as dialogues.
#include "tests/support/stopped_stub.hpp"

using namespace rspbridge;
using namespace rspbridge::tests::stopped;

namespace {

const std::string registers_with_sp_411000 = std::string(std::size_t{31} * 16, '0') + "0010410000000000";

std::string forty_threads() {
  std::string list = "l<threads>";
  for (int thread = 1; thread <= 40; ++thread)
    list += "<thread id=\"p1." + rsp::format_hex(static_cast<std::uint64_t>(thread)) + "\"/>";
  return list + "</threads>";
}

}  // namespace

TEST_CASE("looking after a stop costs no round trip") {
  Stub s;
  CHECK(s.cost({"g", "qXfer:threads:read::0,1000", "mfffffff0,8", "m400010,4", "mffffffe0,10", "Hgp1.1",
                "Tp1.2"}) == 0);
  CHECK(s.gdb("mfffffff0,4") == "61616161");
  CHECK(s.gdb("g") == "11223344");
}

TEST_CASE("what was asked at one stop comes by itself with the next") {
  Stub s;
  CHECK(s.cost({"Hgp1.2", "g"}) == 1);
  CHECK(s.cost({"m411000,8"}) == 1);
  CHECK(s.cost({"qXfer:libraries-svr4:read::0,1000"}) == 1);
  CHECK(s.cost({"m411008,8", "g", "qXfer:libraries-svr4:read::0,1000"}) == 0);
  s.gdb("vCont;c");
  CHECK(s.cost({"Hgp1.2", "g", "m411000,8", "qXfer:libraries-svr4:read::0,1000"}) == 0);
}

TEST_CASE("who asks for another thread's registers gets all threads', and their stacks, in two round trips") {
  Stub s;
  s.threads_now = "l<threads><thread id=\"p1.1\"/><thread id=\"p1.2\"/><thread id=\"p1.3\"/></threads>";
  s.instead["g"] = registers_with_sp_411000;
  s.gdb("vCont;s:p1.1");
  CHECK(s.cost({"Hgp1.3", "g"}) == 2);
  CHECK(s.cost({"Hgp1.2", "g", "m411010,8"}) == 0);
}

TEST_CASE("nothing of a stop outlives it, not even the text of a file: it may have been written") {
  Stub s;
  CHECK(s.cost({"m401000,4", "mfffff100,4", "m411000,4"}) == 2);  // the stack's page came by itself
  s.fill = 'b';
  s.instead["g"] = "55667788";
  s.gdb("vCont;c");
  CHECK(s.gdb("g") == "55667788");
  for (const char* read : {"m411000,4", "mfffff100,4", "m401000,4"}) CHECK(s.gdb(read) == "62626262");
}

TEST_CASE("a write is seen by the next read, and a register's write by the next g") {
  Stub s;
  s.gdb("g");
  s.gdb("m411000,4");
  s.fill = 'z';
  s.instead["g"] = "99999999";
  CHECK(s.gdb("M411000,1:7a") == "OK");
  CHECK(s.gdb("m411000,4") == "7a7a7a7a");
  CHECK(s.gdb("g") == "11223344");
  CHECK(s.gdb("P0=99999999") == "OK");
  CHECK(s.gdb("g") == "99999999");
  CHECK(s.cost({"mfffffff0,4"}) == 0);
}

TEST_CASE("an unknown packet, or a monitor command, may have changed anything") {
  for (const char* packet : {"QUnheardOf:1", "qRcmd,00"}) {
    Stub s;
    s.gdb("m411000,4");
    s.fill = 'z';
    s.gdb(packet);
    CHECK(s.gdb("m411000,4") == "7a7a7a7a");
  }
}

TEST_CASE("shared memory, devices and what isn't mapped are asked for each time, as they were asked for") {
  Stub s;
  for (const char* read : {"m500000,4", "m600000,4", "m300000,4"}) {
    INFO(read);
    CHECK(s.cost({read}) == 1);
    CHECK(s.cost({read}) == 1);
    CHECK(s.asked.back() == read);
  }
}

TEST_CASE("errors aren't kept, and GDB gets the stub's own") {
  Stub s;
  s.instead["m411000,1000"] = "E14";
  s.instead["m411000,8"] = "E0e";
  CHECK(s.gdb("m411000,8") == "E0e");
  s.instead.erase("m411000,8");
  CHECK(s.gdb("m411000,8") == "6161616161616161");
  s.instead["qThreadExtraInfo,p1.1"] = "E01";
  CHECK(s.gdb("qThreadExtraInfo,p1.1") == "E01");
  s.instead["qThreadExtraInfo,p1.1"] = "6162";
  CHECK(s.gdb("qThreadExtraInfo,p1.1") == "6162");
  CHECK(s.cost({"qThreadExtraInfo,p1.1"}) == 0);
}

TEST_CASE("a thread that isn't known is asked for") {
  Stub s;
  s.instead["Hgp1.9"] = "E01";
  CHECK(s.gdb("Hgp1.9") == "E01");
  CHECK(s.cost({"Tp1.9"}) == 1);
  CHECK(s.gdb("g") == "11223344");
}

TEST_CASE("without answers kept everything reaches the stub") {
  Stub s;
  s.d.knowledge().set_enabled(false);
  CHECK(s.cost({"g", "g", "mfffffff0,4", "mfffffff0,4", "Hgp1.1"}) == 5);
}

TEST_CASE("what was forgotten is asked for again") {
  Stub s;
  s.fill = 'b';
  s.d.knowledge().forget();
  CHECK(s.gdb("mfffffff0,4") == "62626262");
}

TEST_CASE("what a stub says of itself is asked for again once another GDB has told what it can") {
  Stub s;
  const std::string question = "qXfer:features:read:target.xml:0,1000";
  s.instead[question] = "l<target/>";
  s.gdb(question);
  CHECK(s.cost({question}) == 0);
  s.instead["qSupported:xmlRegisters=i386"] = gdbserver;
  s.instead[question] = "l<target><architecture>aarch64</architecture></target>";
  s.gdb("qSupported:xmlRegisters=i386");
  CHECK(s.gdb(question) == s.instead[question]);
}

TEST_CASE("in non-stop mode nothing is kept") {
  Stub s;
  CHECK(s.gdb("QNonStop:1") == "OK");
  CHECK(s.cost({"g", "g"}) == 2);
  s.gdb("QNonStop:0");
  CHECK(s.cost({"g", "g"}) == 1);
}

TEST_CASE("breakpoints touch nothing that is known") {
  Stub s;
  CHECK(s.cost({"Z0,400100,4", "Z1,400200,4"}) == 1);
  CHECK(s.cost({"g", "mfffffff0,4"}) == 0);
}

TEST_CASE("that no trace runs holds until GDB deals with tracepoints") {
  Stub s;
  s.instead["qTStatus"] = "T0;tnotrun:0";
  CHECK(s.cost({"qTStatus"}) == 1);
  s.gdb("vCont;c");
  CHECK(s.cost({"qTStatus", "D;1", "qTStatus"}) == 1);  // GDB's leave
  s.instead["qTStatus"] = "T1";
  CHECK(s.gdb("QTStart") == "OK");
  CHECK(s.gdb("qTStatus") == "T1");
  s.instead["qTStatus"] = "T0;tfull:0";  // it ended by itself
  s.gdb("vCont;c");
  CHECK(s.gdb("qTStatus") == "T0;tfull:0");
}

TEST_CASE("where the target went far, the other threads' registers and stacks come by themselves") {
  Stub s;
  s.instead["g"] = registers_with_sp_411000;
  CHECK(s.cost({"qXfer:threads:read::0,1000"}) == 0);
  s.gdb("vCont;r400010,400020:p1.1;c:p1.-1");
  CHECK(s.cost({"Hgp1.2", "g"}) == 2);  // a step: nobody asked for them yet
  Stub other;
  other.instead["g"] = registers_with_sp_411000;
  other.gdb("vCont;c:p1.-1");
  CHECK(other.cost({"Hgp1.2", "g", "m411010,8"}) == 0);
  Stub nearby;
  nearby.d.figures.rtt = std::chrono::milliseconds(2);
  nearby.gdb("vCont;c:p1.-1");
  CHECK(nearby.cost({"Hgp1.2", "g"}) == 1);
}

TEST_CASE("of many threads no registers come by themselves") {
  Stub s;
  s.threads_now = forty_threads();
  s.gdb("vCont;s:p1.1");
  s.gdb("vCont;c");
  CHECK(s.cost({"Hgp1.2", "g"}) == 1);
}

TEST_CASE("the stacks of many threads come once GDB asks about another one, not to others who list threads") {
  Stub s;
  s.instead["g"] = registers_with_sp_411000;
  s.threads_now = forty_threads();
  s.gdb("vCont;s:p1.1");
  s.serve();
  proxy::link::Request listing{
      .payload = "g", .effect = proxy::link::Effect::looks, .thread = rsp::ThreadId{1, 2}};
  int answers = 0;
  s.d.knowledge().ask(std::move(listing), [&](const auto& reply) { answers += reply ? 1 : 0; });
  s.d.pass();
  s.serve();
  CHECK(answers == 1);
  CHECK_FALSE(s.was_asked("m411000,1000"));
  CHECK(s.cost({"Hgp1.2", "g"}) == 0);
  s.serve();
  CHECK(s.was_asked("m411000,1000"));
  CHECK(s.cost({"m411010,8", "Hgp1.3", "g"}) == 0);
}

TEST_CASE("a helper that told of a next will list the libraries before the first step, and never again") {
  const std::string list = "qXfer:libraries-svr4:read::0,1000";
  const auto tell = [](Stub& s, const std::string& words) {
    CHECK(s.gdb("qRcmd," + rsp::to_hex("rspbridge hints " + words)) == "OK");
  };
  Stub s{gdbserver, proxy::far::Far::Stub::beside};
  tell(s, "next");
  s.gdb("vCont;s:p1.1");
  CHECK(s.cost({list}) == 0);
  tell(s, "step 401000-402000");
  for (int stop = 0; stop < 4; ++stop) s.gdb("vCont;s:p1.1");
  tell(s, "next");
  s.gdb("vCont;s:p1.1");
  CHECK(s.cost({list}) == 1);
}
