// What a link can do, by a clock of the test's own.
#include "proxy/link/link_meter.hpp"

#include "tests/support/catch.hpp"

using namespace rspbridge::proxy::link;
using std::chrono::milliseconds;

namespace {

struct Measured {
  LinkMeter::Clock::time_point now{};
  LinkMeter meter{[this] { return now; }};

  void trip(int ms) {
    meter.asked();
    now += milliseconds(ms);
    meter.answered();
  }
  void arrives(std::size_t bytes, int after_ms, bool continues = true) {
    now += milliseconds(after_ms);
    meter.arrived(bytes, continues);
  }
};

}  // namespace

TEST_CASE("the round trip time is the smallest of the latest") {
  Measured m;
  CHECK(m.meter.rtt() == std::nullopt);
  for (const int ms : {40, 25, 3000}) m.trip(ms);
  CHECK(m.meter.rtt() == milliseconds(25));
  for (std::size_t i = 0; i < LinkMeter::kept_trips; ++i) m.trip(60);
  CHECK(m.meter.rtt() == milliseconds(60));
}

TEST_CASE("only the first question under way is timed, and only an answer to it ends that") {
  Measured m;
  m.meter.answered();
  CHECK(m.meter.rtt() == std::nullopt);
  m.meter.asked();
  m.now += milliseconds(30);
  m.meter.asked();
  m.now += milliseconds(20);
  m.meter.answered();
  CHECK(m.meter.rtt() == milliseconds(50));
  m.meter.asked();
  m.meter.forget();
  m.meter.answered();
  CHECK(m.meter.rtt() == milliseconds(50));
}

TEST_CASE("the bandwidth is that of what comes in one go, without its first bytes") {
  Measured m;
  m.arrives(64 << 10, 0, false);
  m.arrives(10000, 4);
  CHECK(m.meter.bandwidth() == std::nullopt);
  m.arrives(15000, 6);
  CHECK(m.meter.bandwidth() == 2'500'000);  // 25,000 bytes in 10 ms
}

TEST_CASE("what came of itself tells no bandwidth: the link may have been idle") {
  Measured m;
  for (int i = 0; i < 100; ++i) m.arrives(20000, 50, false);
  CHECK(m.meter.bandwidth() == std::nullopt);
  m.arrives(20000, 1);  // too short to tell
  m.arrives(20000, 1);
  CHECK(m.meter.bandwidth() == std::nullopt);
}

TEST_CASE("one burst that waited elsewhere doesn't make the link fast") {
  Measured m;
  m.arrives(1, 0, false);
  for (int i = 0; i < 6; ++i) m.arrives(20000, 10);
  m.arrives(2000000, 10);
  CHECK(m.meter.bandwidth() == 2'000'000);
}
