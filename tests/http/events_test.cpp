// Server-sent events, without sockets.
#include <asio/io_context.hpp>

#include <algorithm>

#include "proxy/http/events.hpp"
#include "tests/http/fake.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::proxy;
using namespace rspbridge::proxy::http;
using namespace rspbridge::proxy::http::test;

namespace {

// A client that takes what it gets, until it is told not to.
struct FakeSink final : EventSink {
  void send(std::shared_ptr<const std::string> text, std::function<void(bool)> sent) override {
    got += *text;
    if (slow)
      waiting = std::move(sent);
    else
      sent(true);
  }
  void finish() override { finished = true; }
  void cut() override { was_cut = true; }

  std::string types() const {  // of the events, in order, by their first letters
    std::string all;
    for (auto at = got.find("event: "); at != std::string::npos; at = got.find("event: ", at + 1))
      all += got[at + 7] == 's' ? (got.compare(at + 7, 4, "stop") == 0 ? 'S' : 's') : got[at + 7];
    return all;
  }

  std::string got;
  bool slow = false, finished = false, was_cut = false;
  std::function<void(bool)> waiting;
};

struct Fixture {
  asio::io_context io;
  std::shared_ptr<FakeInspection> target = sample_target();
  std::size_t count = 0;
  std::shared_ptr<EventHub> hub;

  explicit Fixture(std::chrono::milliseconds heartbeat = EventHub::heartbeat)
      : hub(EventHub::open(
            io.get_executor(), *target, [this](std::size_t now) { count = now; }, heartbeat)) {}
  std::shared_ptr<FakeSink> add() {
    auto sink = std::make_shared<FakeSink>();
    hub->add(sink);
    return sink;
  }
};

}  // namespace

TEST_CASE("events come in the order in which things happen") {
  Fixture f;
  const auto early = f.add();
  f.target->resume();
  f.target->stop();
  f.io.poll();
  const auto late = f.add();
  f.target->resume();
  f.io.poll();
  for (const bool silent : {true, false}) {
    auto link = f.target->now;
    link.link_silent = silent;
    f.target->become(link);
    f.io.poll();
  }
  auto gone = f.target->now;
  gone.pid.reset();
  f.target->become(gone);
  f.io.poll();
  CHECK(early->types() == "srSrlle");
  CHECK(late->types() == "srlle");
  CHECK(late->got.starts_with(
      "event: state\nid: 8\ndata: {\"stop_id\":8,\"running\":false,\"over\":false,\"pid\":42,"
      "\"thread\":\"p2a.2a\",\"stop_reply\":\"T05\",\"link_silent\":false}\n\n"));
  CHECK(f.count == 2);
}

TEST_CASE("streams end with the session") {
  Fixture f;
  const auto sink = f.add();
  auto over = f.target->now;
  over.over = true;
  f.target->become(over);
  f.io.poll();
  CHECK(sink->types() == "se");
  CHECK(sink->finished);
  CHECK(f.count == 0);
}

TEST_CASE("a listener that doesn't take what it is sent is cut off, and nothing is kept for it") {
  Fixture f;
  const auto slow = f.add();
  const auto quick = f.add();
  slow->slow = true;
  f.target->resume();
  f.io.poll();
  const auto held = slow->got.size();
  for (std::size_t event = 0; event < EventHub::log_length; ++event) {
    event % 2 ? f.target->resume() : f.target->stop();
    f.io.restart();
    f.io.poll();
  }
  CHECK(!slow->was_cut);
  CHECK(slow->got.size() == held);
  f.target->stop();
  f.io.restart();
  f.io.poll();
  CHECK(slow->was_cut);
  CHECK(slow->got.size() == held);
  CHECK(quick->types().size() == EventHub::log_length + 3);
  CHECK(f.count == 1);
}

TEST_CASE("a listener that was late gets all it missed at once") {
  Fixture f;
  const auto sink = f.add();
  sink->slow = true;
  f.target->resume();
  f.io.poll();
  f.target->stop();
  f.target->resume();
  f.io.restart();
  f.io.poll();
  CHECK(sink->types() == "sr");
  sink->waiting(true);
  f.io.restart();
  f.io.poll();
  CHECK(sink->types() == "srSr");
  sink->waiting(false);
  CHECK(f.count == 0);
}

TEST_CASE("many listeners don't hold up the loop") {
  Fixture f;
  std::vector<std::shared_ptr<FakeSink>> sinks;
  for (int at = 0; at < 1000; ++at) sinks.push_back(f.add());
  f.target->resume();
  f.io.poll_one();
  const auto served =
      std::count_if(sinks.begin(), sinks.end(), [](const auto& sink) { return sink->types() == "sr"; });
  CHECK(served > 0);
  CHECK(served <= 64);
  f.io.poll();
  for (const auto& sink : sinks) REQUIRE(sink->types() == "sr");
}

TEST_CASE("a silent target's streams are kept alive") {
  Fixture f(std::chrono::milliseconds(1));
  const auto sink = f.add();
  f.io.run_for(std::chrono::milliseconds(50));
  CHECK(sink->got.find("\n: still here\n\n") != std::string::npos);
  f.hub->close();
  CHECK(sink->finished);
}
