// The helper between a near and a stub: who may end, and how it is told.
#include <sys/stat.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "proxy/link/stream_link.hpp"
#include "rsp/framer.hpp"
#include "tests/helper/process.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::proxy;
using namespace rspbridge::proxy::helper::test;

namespace {

/// Agrees on no-ack mode.
void open(NearSide& near, ScriptedStub& stub) {
  near.send(link::Open{});
  near.flush();
  stub.accept();
  REQUIRE(stub.gets("$QStartNoAckMode#b0"));
  stub.says("+$OK#9a");
  const auto opened = near.next_of<link::Opened>();
  REQUIRE(opened);
  CHECK(opened->is_stub);
}

}  // namespace

TEST_CASE("the helper is small, static and says its versions") {
  struct stat file {};
  REQUIRE(::stat(program().c_str(), &file) == 0);
  CHECK(file.st_size < 2 << 20);
  Process version({program(), "--version"});
  CHECK(version.read() ==
        "rspbridge-far " RSPBRIDGE_VERSION " protocol " + std::to_string(link::protocol_version) + "\n");
  CHECK(version.wait() == 0);
  CHECK(Process({program()}).wait() == 2);
  CHECK(Process({program(), "--connect"}).wait() == 2);
}

TEST_CASE("requests and replies pass, and the helper ends with the link") {
  ScriptedStub stub;
  NearSide near(stub.address());
  open(near, stub);
  near.send(link::Request{.id = 9, .payload = "g", .effect = link::Effect::looks});
  near.flush();
  REQUIRE(stub.gets("$g#67"));
  stub.says("$0011#c2");
  const auto reply = near.next_of<link::Reply>();
  REQUIRE(reply);
  CHECK(reply->id == 9);
  CHECK(reply->payload == "0011");
  near.process().close_stdin();
  CHECK(near.process().wait() == 0);
  CHECK_FALSE(stub.gets("any more"));
}

TEST_CASE("the last words of near reach the stub") {
  ScriptedStub stub;
  NearSide near(stub.address());
  open(near, stub);
  near.send(
      link::Request{.id = 1, .payload = "k", .effect = link::Effect::resumes, .answer = link::Answer::none});
  near.flush();
  near.process().close_stdin();
  CHECK(stub.gets("$k#6b"));
  CHECK(near.process().wait() == 0);
}

TEST_CASE("the target of a stub of our own is stopped before its connection is closed, another's isn't") {
  for (const bool own : {true, false}) {
    ScriptedStub stub;
    NearSide near(stub.address(), own ? "--own" : "--connect");
    open(near, stub);
    near.send(link::Request{
        .id = 1, .payload = "vCont;c", .effect = link::Effect::resumes, .answer = link::Answer::stop});
    near.flush();
    REQUIRE(stub.gets("$vCont;c#a8"));
    near.process().close_stdin();
    CHECK(stub.gets("\x03") == own);
    const auto asked = std::chrono::steady_clock::now();
    if (own) std::this_thread::sleep_for(std::chrono::milliseconds(300));
    if (own) stub.says("$T02#b6");
    CHECK(near.process().wait() == 0);
    if (own) CHECK(std::chrono::steady_clock::now() - asked >= std::chrono::milliseconds(300));
  }
}

TEST_CASE("the stub's end is told, with what it said before") {
  ScriptedStub stub;
  NearSide near(stub.address());
  open(near, stub);
  near.send(link::Request{
      .id = 1, .payload = "vCont;c", .effect = link::Effect::resumes, .answer = link::Answer::stop});
  near.flush();
  REQUIRE(stub.gets("$vCont;c#a8"));
  stub.says("$W00#b7");
  stub.close();
  const auto stop = near.next_of<link::StopBundle>();
  REQUIRE(stop);
  CHECK(stop->payload == "W00");
  const auto gone = near.next_of<link::StubGone>();
  REQUIRE(gone);
  CHECK(gone->expected);
  CHECK(gone->reason == "the stub closed the connection");
  near.send(link::Interrupt{});
  near.flush();  // near hasn't read it yet; and now it doesn't close the link
  CHECK(near.process().wait() == 0);
}

TEST_CASE("a stub that isn't there") {
  const struct {
    const char *where, *reason;
  } rows[] = {
      {"127.0.0.1:1",
       "the helper can't connect to the stub at 127.0.0.1:1 on the target: Connection refused"},
      {"localhost:1",
       "the helper can't connect to the stub at localhost:1 on the target: Connection refused"},
      {"unix:/nowhere/at/all",
       "the helper can't connect to the stub at unix:/nowhere/at/all on the target: No such file or "
       "directory"},
      {"board:1", "'board:1' is no numeric address with a port, such as 127.0.0.1:2345, nor unix:/path"},
      {"127.0.0.1", "'127.0.0.1' is no numeric address with a port, such as 127.0.0.1:2345, nor unix:/path"},
      {"127.0.0.1:65536",
       "'127.0.0.1:65536' is no numeric address with a port, such as 127.0.0.1:2345, nor unix:/path"},
  };
  for (const auto& row : rows) {
    NearSide near(row.where);
    near.send(link::Open{});
    const auto gone = near.next_of<link::StubGone>();
    REQUIRE(gone);
    CHECK(gone->reason == row.reason);
    CHECK_FALSE(gone->expected);
    near.process().close_stdin();
    CHECK(near.process().wait() == 0);
  }
}

TEST_CASE("what isn't the link ends the helper") {
  for (const bool greets : {false, true}) {
    CAPTURE(greets);
    ScriptedStub stub;
    Process helper({program(), "--connect", stub.address()});
    stub.accept();
    helper.write((greets ? link::NearEnd(RSPBRIDGE_VERSION).take_output() : "") + std::string(100000, 'x'));
    CHECK(helper.wait() == 1);
    CHECK_FALSE(stub.gets("anything"));
  }
  ScriptedStub stub;
  Process helper({program(), "--connect", stub.address()});
  stub.accept();
  helper.write(link::NearEnd("0.0.0").take_output());
  CHECK(helper.wait() == 1);
}

TEST_CASE("a near that doesn't read keeps the stub waiting, and loses nothing") {
  ScriptedStub stub;
  NearSide near(stub.address());
  open(near, stub);
  // Notifications come without being asked for; these don't compress.
  std::vector<std::string> texts;
  std::string wire;
  unsigned value = 1;
  for (int i = 0; i < 1500; ++i) {
    std::string text = "Stop:";
    for (int j = 0; j < 8000; ++j) text += "0123456789abcdef"[(value = value * 1664525 + 1013904223) >> 28];
    std::string packet = rspbridge::rsp::frame_packet(text);
    packet.front() = '%';
    wire += packet;
    texts.push_back(std::move(text));
  }
  const std::size_t taken = stub.says_without_waiting(wire);
  CHECK(taken <
        wire.size() / 2);  // 1 MiB for near, the pipe, the socket's buffers, and half of it compressed away
  std::thread rest([&] { stub.says(wire.substr(taken)); });
  std::size_t same = 0;
  for (const std::string& text : texts) {
    const auto notification = near.next_of<link::Notification>();
    if (!notification || notification->payload != text) break;
    ++same;
  }
  rest.join();
  CHECK(same == texts.size());
}
