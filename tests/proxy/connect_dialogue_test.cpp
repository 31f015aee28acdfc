// What a GDB asks when it connects, and what it is promised, as dialogues.
#include "tests/support/stopped_stub.hpp"

using namespace rspbridge;
using namespace rspbridge::tests::stopped;

namespace {

const std::string first_features = "qXfer:features:read:target.xml:0,1000",
                  more_features = "qXfer:features:read:target.xml:3,1000", xml = "<target/>";

// A second GDB: the stub is known by then.
struct Second : Stub {
  Second() {
    asked.clear();
    instead["qSupported:multiprocess+"] = gdbserver;
    instead["vMustReplyEmpty"] = "";
    instead[first_features] = "m" + xml.substr(0, 3);
    instead[more_features] = "l" + xml.substr(3);
    instead["qAttached:1"] = "0";
    instead["qOffsets"] = "";
    instead["Hc-1"] = "E01";
    instead["qTfV"] = "1:0:1:74";
    instead["qTsV"] = "l";
    d.gdb_vanishes();
    serve();
    d.gdb_connects();
    d.gdb_sends("qSupported:multiprocess+");
    serve();
    REQUIRE(d.gdb_pop());
    d.gdb_sends("QStartNoAckMode");
    d.gdb_gets("OK");
    d.gdb_no_ack();
    asked.clear();
    trips = 0;
  }
};

}  // namespace

TEST_CASE("what every GDB asks at its connect comes with the answer to its features") {
  Second s;
  CHECK(s.cost({"vMustReplyEmpty", "!", "QProgramSignals:0;1", "Hgp0.0", first_features, more_features,
                "QNonStop:0", "qTStatus", "?", "qXfer:threads:read::0,1000", "qAttached:1", "qOffsets",
                "qXfer:auxv:read::0,1000", "qXfer:exec-file:read:1:0,1000", "vFile:setfs:0", "g",
                "mfffffff0,8", "vCont?"}) == 0);
  CHECK(s.gdb("?") == stop);
  CHECK(s.gdb(more_features) == "l" + xml.substr(3));
  CHECK(s.asked == std::vector<std::string>());
}

TEST_CASE("what isn't kept is given once if it was asked ahead, errors and all") {
  Second s;
  CHECK(s.cost({"qTfV", "qTsV", "qTfP", "Hc-1", "qXfer:btrace-conf:read::0,1000"}) == 0);
  CHECK(s.cost({"qTfV", "qTsV", "Hc-1"}) == 3);
  CHECK(s.gdb("Hc-1") == "E01");
  Second changed;
  changed.serve();
  changed.gdb("P0=00");
  CHECK(changed.cost({"qTfV"}) == 1);
}

TEST_CASE("GDB doesn't wait for settings, which go out in its order") {
  Second s;
  for (const char* packet : {"!", "QPassSignals:e;10", "QPassSignals:", "QProgramSignals:0"})
    CHECK(s.gdb(packet) == "OK");
  CHECK(s.asked.empty());
  s.gdb("vCont;c");
  REQUIRE(s.asked.size() >= 5);
  CHECK(std::vector<std::string>(s.asked.begin(), s.asked.begin() + 5) ==
        std::vector<std::string>{"!", "QPassSignals:e;10", "QPassSignals:", "QProgramSignals:0", "vCont;c"});
}

TEST_CASE("the file system that GDB chose is told before a file is opened") {
  Second s;
  CHECK(s.gdb("vFile:setfs:1") == "F0");
  CHECK(s.asked.empty());
  s.gdb("vFile:readlink:2f78");
  CHECK(s.asked == std::vector<std::string>{"vFile:setfs:1", "vFile:readlink:2f78"});
}

TEST_CASE("a stub that isn't known to agree is asked at once") {
  Stub s;
  s.instead["qSupported:multiprocess+"] = "PacketSize=4000;QPassSignals+";
  s.gdb("qSupported:multiprocess+");
  for (const char* packet : {"!", "QPassSignals:e", "QProgramSignals:0", "QNonStop:0", "vFile:setfs:0"}) {
    INFO(packet);
    CHECK(s.cost({packet}) == 1);
  }
}

TEST_CASE("why the target stopped is asked again after it ran or was changed") {
  for (const std::string change : {"vCont;s:p1.1", "P0=00", "M411000,1:00"}) {
    INFO(change);
    Second s;
    s.gdb(change);
    s.serve();
    s.asked.clear();
    s.cost({"?"});
    CHECK(s.was_asked("?"));
  }
}

TEST_CASE("what holds for a program is another process's no longer") {
  Second s;
  s.resumed_to = "T051f:f0ffffff00000000;20:1000400000000000;thread:p2.2;";
  s.gdb("vCont;c");
  s.instead["qXfer:auxv:read::0,1000"] = "lother";
  CHECK(s.gdb("qXfer:auxv:read::0,1000") == "lother");
}

TEST_CASE("switching to non-stop mode is the stub's to agree to") {
  Second s;
  s.instead["QNonStop:1"] = "E01";
  CHECK(s.cost({"QNonStop:1"}) == 1);
  CHECK(s.was_asked("QNonStop:1"));
}
