// What an observing GDB that waits is told, and when.
#include "tests/proxy/observer_session.hpp"

using namespace rspbridge;
using namespace rspbridge::proxy;
using namespace rspbridge::tests;
using namespace rspbridge::tests::observing;

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
  CHECK(second.asks("qTStatus") == "");
  second.sends("vCont;c");
  second.gets();
  second.observer.to_far(link::Interrupt{});
  const auto said = second.gets();
  REQUIRE(said.size() == 1);
  CHECK(rsp::from_hex(said[0].substr(1)).value_or("").find("stops nothing") != std::string::npos);
  while (const auto packet = second.stub.d.stub_pop()) CHECK(*packet != "^C");
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

TEST_CASE("an observer's ^C ends its waiting at a target that stands, and stops nothing") {
  Second second;
  second.connects();
  second.sends("vCont;c");
  REQUIRE(second.observer.waits());
  second.gets();
  second.observer.to_far(link::Interrupt{});
  CHECK(second.gets() == std::vector<std::string>{"stop T00thread:p1.1;"});
  CHECK_FALSE(second.observer.waits());
  CHECK_FALSE(second.stub.was_asked("^C"));
}

TEST_CASE("an observer doesn't wait for a stop that nobody is left to bring about") {
  Second second;
  second.connects();
  second.sends("vCont;c");
  second.gets();
  second.is_controlled = false;
  second.observer.nobody_resumes();
  const auto told = second.gets();
  REQUIRE(told.size() == 2);  // why, and where it stands
  CHECK(told.back() == "stop T00thread:p1.1;");
  second.observer.nobody_resumes();
  CHECK(second.gets().empty());
}

TEST_CASE("an observer hears that the GDB in control has let the process go, though that left at once") {
  Second second;
  second.connects();
  second.sends("vCont;c");
  second.gets();
  CHECK(second.stub.gdb("D;1") == "OK");
  second.observer.nobody_resumes();
  const auto told = second.gets();
  REQUIRE(told.size() == 2);
  CHECK(rsp::from_hex(told.front().substr(1)).value_or("").find("no process is debugged any more") !=
        std::string::npos);
  CHECK(told.back() == "stop W00;process:1");
}
