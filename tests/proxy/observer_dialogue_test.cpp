// A second GDB that observes: what it sees, what it is refused, and that nobody else notices.
#include "proxy/near/observer.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "proxy/near/packet_table.hpp"
#include "rsp/escape.hpp"
#include "tests/support/stopped_stub.hpp"

using namespace rspbridge;
using namespace rspbridge::proxy;
using namespace rspbridge::tests;
using tests::stopped::Stub;

namespace {

const std::string next_stop = "T0520:2000400000000000;swbreak:;thread:p1.2;";
const std::string next_stop_told = "T00thread:p1.2;";  // registers may have been written since
const std::string only_observes =
    "E.this GDB observes, and changes nothing: the GDB at home controls the target; "
    "`monitor rspbridge take` hands control over";

// The controlling GDB is the stub's own; this one is another's client, played by packets.
struct Second {
  Stub stub;
  link::RequestId last_id = 1'000'000;
  bool is_controlled = true;
  near::Observer observer{
      {.far = [this](link::ToFar message) { stub.d.knowledge().to_far(std::move(message)); },
       .who = [] { return std::string("the GDB at home"); },
       .controlled = [this] { return is_controlled; },
       .file_system = [] { return std::int64_t{7}; }},
      stub.d.knowledge(),
      last_id};
  std::optional<rsp::ThreadId> thread;
  link::RequestId sent = 0;

  Second() {
    stub.d.also = [this](const link::ToNear& message) { observer.on_link(message); };
    stub.d.knowledge().set_machine(link::machine_row("aarch64"));
  }
  void sends(const std::string& payload) {
    const near::PacketRow& row = near::row_for(payload);
    link::Request request{.id = ++last_id, .payload = payload, .effect = row.effect, .answer = row.answer};
    request.thread = thread;
    sent = last_id;
    observer.to_far(std::move(request));
    stub.d.pass();
    stub.serve();
  }
  // All that has come for it; other clients' replies have ids that it doesn't know.
  std::vector<std::string> gets() {
    std::vector<std::string> all;
    while (const auto message = observer.next()) {
      if (const auto* reply = std::get_if<link::Reply>(&*message); reply && reply->id == sent)
        all.push_back(reply->payload);
      if (const auto* told = std::get_if<link::StopBundle>(&*message)) all.push_back("stop " + told->payload);
    }
    return all;
  }
  std::string asks(const std::string& payload) {
    gets();
    sends(payload);
    const auto replies = gets();
    return replies.empty() ? "nothing" : replies.back();
  }
  // What the stub was asked, but for which thread is meant.
  std::vector<std::string> heard() const {
    std::vector<std::string> all = stub.asked;
    std::erase_if(all, [](const std::string& packet) { return packet.starts_with("Hg"); });
    return all;
  }
  void connects() {
    observer.stands();
    REQUIRE(asks("?") == "T00thread:p1.1;");
    thread = rsp::ThreadId{1, 1};
  }
  void target_goes_on() {
    stub.resumed_to = next_stop;
    CHECK(stub.gdb("vCont;c") == next_stop);
    stub.serve();
  }
};

}  // namespace

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
       {"P20=0000000000000000", "G00", "M400000,1:00", "X400000,1:a", "Z0,400100,4", "Z2,400000,8", "vKill;1",
        "vRun;61", "vAttach;2", "QMemTags:400000,1:1:00", "QCatchSyscalls:1", "QNonStop:1"})
    CHECK(second.asks(packet) == only_observes);
  CHECK(second.asks("qRcmd,68656c70") == "E01");
  CHECK(second.asks("vFile:pwrite:3,0,a") == "F-1,1");
  CHECK(second.asks("vFile:unlink:2f") == "F-1,1");
  CHECK(second.asks("vFile:open:2f,1,0") == "F-1,1");
  CHECK(second.asks("qNewPacketOfAnyKind").size() < 9);  // a query changes nothing
  CHECK(second.asks("jNewPacket") == "");
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

TEST_CASE("an observer's resume waits for the next stop, and resumes nothing") {
  Second second;
  second.connects();
  second.stub.asked.clear();
  second.sends("vCont;c");
  const auto said = second.gets();
  REQUIRE(said.size() == 1);
  CHECK(rsp::from_hex(said[0].substr(1)).value_or("").find("resumes nothing") != std::string::npos);
  CHECK_FALSE(second.stub.was_asked("vCont;c"));
  second.target_goes_on();
  CHECK(second.gets().empty());  // it may be one on the way to another
  second.observer.stands();
  CHECK(second.gets() == std::vector<std::string>{"stop " + next_stop_told});
  CHECK(second.asks("g") == "11223344");
}

TEST_CASE("an observer that missed a stop gets it at once, and until then nothing of it") {
  Second second;
  second.connects();
  second.target_goes_on();
  second.observer.stands();
  second.stub.asked.clear();
  CHECK(second.asks("g") == "11223344");  // as they were at the stop that it was told of
  CHECK(second.asks("m400000,2") == "E01");
  CHECK(second.stub.asked.empty());
  CHECK(second.asks("qXfer:auxv:read::0,1000") != "E01");
  CHECK(second.asks("Tp1.2") == "OK");
  CHECK(second.asks("Hgp1.2") == "OK");
  CHECK(second.asks("qXfer:threads:read::0,1000") == tests::stopped::threads);
  CHECK(second.asks("vCont;s:p1.1;c") == "stop " + next_stop_told);
  CHECK(second.asks("m400000,2") == "6161");
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

TEST_CASE("an observer that connects while the target runs waits for the stop") {
  Second second;
  second.stub.d.gdb_sends("vCont;c");
  second.stub.d.stub_pop();
  CHECK(second.asks("qXfer:features:read:target.xml:0,1000") == "nothing");
  second.sends("?");
  CHECK(second.gets().empty());
  second.stub.d.stub_sends(next_stop);
  second.stub.serve();
  second.observer.stands();
  const auto replies = second.gets();
  REQUIRE(!replies.empty());
  CHECK(std::find(replies.begin(), replies.end(), next_stop_told) != replies.end());
  second.stub.serve();
}

TEST_CASE("once it has seen a stop, an observer isn't kept waiting by a target that runs") {
  Second second;
  second.connects();
  second.stub.d.gdb_sends("vCont;c");
  while (second.stub.d.stub_pop()) continue;
  CHECK(second.asks("m400000,2") == "E01");
  CHECK(second.asks("vFile:open:2f,0,0") == "F-1,10");
  second.sends("vCont;c");
  second.gets();
  second.observer.to_far(link::Interrupt{});
  const auto said = second.gets();
  REQUIRE(said.size() == 1);
  CHECK(rsp::from_hex(said[0].substr(1)).value_or("").find("stops nothing") != std::string::npos);
  while (const auto packet = second.stub.d.stub_pop()) CHECK(*packet != "^C");
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

TEST_CASE("an observer's ^C stops a target that no GDB controls") {
  Second second;
  second.connects();
  second.is_controlled = false;
  second.stub.d.gdb_sends("vCont;c");
  REQUIRE(second.stub.d.stub_pop() == "vCont;c");
  second.sends("vCont;c");
  REQUIRE(second.observer.waits());
  second.observer.to_far(link::Interrupt{});
  second.stub.d.pass();
  const auto packet = second.stub.d.stub_pop();
  REQUIRE(packet);
  CHECK(*packet == "^C");
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
