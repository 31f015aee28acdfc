// What far's sides tell of their stream, by a clock of the test's own.
#include "proxy/session/far_side.hpp"

#include <string>

#include "rsp/framer.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge;
using namespace rspbridge::proxy;
using Stub = proxy::far::Far::Stub;
using std::chrono::milliseconds;

namespace {

struct Clock {
  link::LinkMeter::Clock::time_point now{};
  link::LinkMeter::Now reads() {
    return [this] { return now; };
  }
};

void drain(FarSide& far) {
  while (far.next()) continue;
}

}  // namespace

TEST_CASE("in this process a round trip is from a request to the reply, while nothing else is owed") {
  Clock clock;
  LocalFar far(nullptr, Stub::over_link, clock.reads());
  const auto ask = [&] {
    far.send(link::Request{.id = 1, .payload = "g", .effect = link::Effect::looks});
    drain(far);
    return far.take_output();
  };
  CHECK_FALSE(ask().empty());
  clock.now += milliseconds(30);
  const std::string reply = "+" + rsp::frame_packet("00");
  far.feed(reply);
  drain(far);
  far.take_output();
  CHECK(far.figures().rtt == milliseconds(30));
  CHECK(far.figures().counters.received.wire == reply.size());
  CHECK_FALSE(far.figures().far_on_target);
  // A notification is no answer.
  ask();
  far.feed(rsp::frame_notification("Stop:T05thread:1;"));
  clock.now += milliseconds(50);
  far.feed(reply);
  CHECK(far.figures().rtt == milliseconds(30));
}

TEST_CASE("in this process the bandwidth is that of a packet's bytes after the first ones") {
  Clock clock;
  LocalFar far(nullptr, Stub::over_link, clock.reads());
  far.send(link::Request{.id = 1, .payload = "m0,8000", .effect = link::Effect::looks});
  drain(far);
  far.take_output();
  const std::string reply = rsp::frame_packet(std::string(60'000, '7'));
  far.feed(std::string_view(reply).substr(0, 20'000));
  CHECK(far.figures().bandwidth == std::nullopt);
  clock.now += milliseconds(10);
  far.feed(std::string_view(reply).substr(20'000, 20'000));
  CHECK(far.figures().bandwidth == 2'000'000);
}

TEST_CASE("with a helper a round trip is from a frame to its acknowledgement") {
  Clock clock;
  RemoteFar far(nullptr, "1", clock.reads());
  link::FarEnd helper("1");
  const auto there = [&] {
    helper.feed(far.take_output());
    while (helper.next()) continue;
  };
  const auto back = [&](const std::string& payload) {
    helper.send(link::Notification{payload});
    far.feed(helper.take_output());
    drain(far);
  };
  there();
  far.feed(helper.take_output());
  drain(far);
  far.send(link::Open{});
  const std::string sent = far.take_output();
  clock.now += milliseconds(20);
  back("sent before the helper had it");
  CHECK(far.figures().rtt == std::nullopt);
  clock.now += milliseconds(20);
  helper.feed(sent);
  while (helper.next()) continue;
  back("sent after");
  CHECK(far.figures().rtt == milliseconds(40));
  CHECK(far.figures().far_on_target);
  CHECK(far.figures().counters.received.frames == 2);
}
