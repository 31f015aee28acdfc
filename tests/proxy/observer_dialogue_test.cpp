// A second GDB that observes: what it sees, what it is refused, and that nobody else notices.
#include "tests/proxy/observer_session.hpp"

using namespace rspbridge;
using namespace rspbridge::proxy;
using namespace rspbridge::tests;
using namespace rspbridge::tests::observing;

TEST_CASE("an observer reads what the GDB in control reads") {
  Second second;
  second.connects();
  CHECK(second.asks("g") == "11223344");
  CHECK(second.asks("m400000,2") == "6161");
  CHECK(second.asks("qXfer:threads:read::0,1000") == tests::stopped::threads);
  CHECK(second.asks("qSupported:multiprocess+").find("PacketSize=47ff") == 0);
  CHECK(second.asks("qAttached:1") == "1");
}

TEST_CASE("whatever changes something is refused in words, and the stub hears nothing of it") {
  Second second;
  second.connects();
  second.stub.asked.clear();
  for (const char* packet :
       {"G00", "M400000,1:00", "X400000,1:a", "Z0,400100,4", "Z2,400000,8", "vKill;1", "vRun;61", "vAttach;2",
        "QMemTags:400000,1:1:00", "QCatchSyscalls:1", "QNonStop:1"})
    CHECK(second.asks(packet) == only_observes);
  CHECK(second.asks("qRcmd,68656c70") == "E01");
  CHECK(second.asks("vFile:pwrite:3,0,a") == "F-1,1");
  CHECK(second.asks("vFile:unlink:2f") == "F-1,1");
  CHECK(second.asks("vFile:open:2f,1,0") == "F-1,1");
  CHECK(second.asks("qNewPacketOfAnyKind").size() < 9);  // a query changes nothing
  CHECK(second.asks("jNewPacket") == "");
  CHECK(second.asks("P20=0000000000000000") == "");
  for (const std::string& packet : second.heard()) CHECK(packet.starts_with("qNew"));
}

TEST_CASE("what is about the GDB alone is agreed to, and done nowhere") {
  Second second;
  second.connects();
  second.stub.asked.clear();
  for (const char* packet : {"!", "QPassSignals:e;10", "QProgramSignals:0", "qSymbol::", "QNonStop:0",
                             "QThreadEvents:0", "Hc-1", "Hg0", "D;1", "z0,400100,4"})
    CHECK(second.asks(packet) == "OK");
  CHECK(second.asks("vFile:setfs:5") == "F0");
  second.sends("k");
  CHECK(second.gets().empty());
  CHECK(second.stub.asked.empty());
}

TEST_CASE("what an observer selects is its own") {
  Second second;
  second.connects();
  CHECK(second.stub.gdb("Hgp1.1") == "OK");
  CHECK(second.asks("Hgp1.2") == "OK");
  second.thread = rsp::ThreadId{1, 2};
  CHECK(second.asks("g") == "11223344");
  CHECK(second.stub.d.knowledge().state().general_thread() == rsp::ThreadId{1, 1});
  second.stub.instead["Tp1.9"] = "E01";
  CHECK(second.asks("Hgp1.9") == "E01");
}

TEST_CASE("a breakpoint is an observer's own where the GDB in control had set it") {
  Second second;
  second.connects();
  CHECK(second.stub.gdb("Z0,400020,4") == "OK");
  second.stub.serve();
  second.stub.asked.clear();
  CHECK(second.asks("Z0,400020,4") == "OK");
  CHECK(second.asks("Z0,400024,4") == only_observes);
  CHECK(second.stub.asked.empty());
  second.target_goes_on();
  second.observer.stands();
  CHECK(second.asks("vCont;c") == "stop " + next_stop_told);
}

TEST_CASE("files are opened in the observer's file system, and the other GDB's stays selected") {
  Second second;
  second.connects();
  CHECK(second.asks("vFile:setfs:5") == "F0");
  second.stub.asked.clear();
  CHECK(second.asks("vFile:open:2f61,0,0") == "F3");
  CHECK(second.heard() == std::vector<std::string>{"vFile:setfs:5", "vFile:open:2f61,0,0", "vFile:setfs:7"});
}

TEST_CASE("who takes control is told what it has seen, and its settings and breakpoints are carried over") {
  Second second;
  CHECK_FALSE(second.observer.sees_present());
  second.connects();
  CHECK(second.observer.sees_present());
  CHECK(second.stub.gdb("Z0,400020,4") == "OK");
  for (const char* packet : {"qSupported:swbreak+", "QPassSignals:e", "Z0,400020,4"}) second.asks(packet);
  std::vector<std::string> believed;
  for (const link::Request& request : second.observer.believed()) believed.push_back(request.payload);
  CHECK(believed ==
        std::vector<std::string>{"qSupported:swbreak+", "QPassSignals:e", "vFile:setfs:0", "Z0,400020,4"});
  second.target_goes_on();
  CHECK_FALSE(second.observer.sees_present());
  second.observer.lost_control();
  CHECK(second.observer.sees_present());
}

TEST_CASE("a GDB that was in control gets off its own breakpoint, and then hears of the present stop") {
  Second second;
  second.connects();
  second.observer.lost_control();
  second.stub.serve();
  second.stub.asked.clear();
  CHECK(second.asks("Z2,400000,8") == "OK");
  CHECK(second.asks("QCatchSyscalls:1;3f") == "OK");
  second.target_goes_on();
  second.observer.stands();
  second.stub.asked.clear();
  CHECK(second.asks("vCont;s:p1.1") == "stop T05thread:p1.1;");
  CHECK(second.asks("vCont;c") == "stop " + next_stop_told);
  second.sends("vCont;s:p1.1");
  second.gets();
  CHECK(second.observer.waits());
}

TEST_CASE("each packet of the table has its rule for observers") {
  for (const near::PacketRow& row : near::packet_table()) {
    INFO(row.name);
    const std::string packet(row.name);
    const auto rule = near::observed(packet);
    if (row.effect == link::Effect::changes || row.effect == link::Effect::resumes)
      CHECK((rule != near::Observed::looks && rule != near::Observed::always));
  }
}
