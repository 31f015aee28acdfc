// Two endpoints in ack mode over a link that corrupts, loses and inserts bytes within packets.
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "rsp/endpoint.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::rsp;

namespace {

/// The noise of a link, in both directions. Leaves the four writes after a fault alone, so that no
/// packet needs more retransmissions than an endpoint makes. A fault falls between the `$` and the `#` of a
/// packet: what is lost elsewhere is told by silence alone, which only a clock would notice.
class Noise {
 public:
  explicit Noise(unsigned seed) : random_(seed) {}

  std::string pass(std::string bytes) {
    if (bytes.empty() || writes_to_spare_ > 0) {
      writes_to_spare_ -= bytes.empty() ? 0 : 1;
      return bytes;
    }
    const auto begin = bytes.find('$') + 1, end = bytes.find('#', begin);
    if (begin == 0 || end == std::string::npos || end == begin || random_() % 2 == 0) return bytes;
    writes_to_spare_ = 4;
    ++faults;
    const auto at = begin + random_() % (end - begin);
    switch (random_() % 3) {
      case 0:
        bytes.erase(at, 1);
        break;
      case 1:
        bytes[at] = bytes[at] == 'z' ? 'y' : 'z';
        break;
      default:
        bytes.insert(at, 1, 'z');
        break;
    }
    return bytes;
  }

  int faults = 0;

 private:
  std::mt19937 random_;
  int writes_to_spare_ = 0;
};

/// What `endpoint` received, without the copies that a lost `+` brings.
void collect(Endpoint& endpoint, std::vector<std::string>& received) {
  while (auto event = endpoint.next()) {
    if (event->kind != Event::Kind::packet) continue;
    if (received.empty() || received.back() != event->payload) received.push_back(event->payload);
  }
}

std::vector<std::string> messages(const std::string& name) {
  std::vector<std::string> out;
  for (int i = 0; i < 100; ++i)
    out.push_back(name + std::to_string(i) + std::string(static_cast<std::size_t>(i), 'f'));
  return out;
}

void converse(unsigned seed) {
  CAPTURE(seed);
  Endpoint gdb, stub;
  Noise noise(seed);
  const auto requests = messages("request"), replies = messages("reply");
  for (const auto& text : requests) gdb.send(text);
  for (const auto& text : replies) stub.send(text);
  std::vector<std::string> at_gdb, at_stub;
  for (int round = 0; round < 20000 && (gdb.has_output() || stub.has_output()); ++round) {
    stub.feed(noise.pass(gdb.take_output()));
    collect(stub, at_stub);
    gdb.feed(noise.pass(stub.take_output()));
    collect(gdb, at_gdb);
  }
  CHECK(at_stub == requests);
  CHECK(at_gdb == replies);
  CHECK(noise.faults > 20);
}

}  // namespace

TEST_CASE("in ack mode every packet arrives intact over a noisy link") {
  for (unsigned seed = 1; seed <= 200; ++seed) converse(seed);
}

TEST_CASE("the same with a seed of the user's choice", "[.seed]") {
  const char* seed = std::getenv("RSPBRIDGE_TEST_SEED");
  REQUIRE(seed != nullptr);
  converse(static_cast<unsigned>(std::strtoul(seed, nullptr, 10)));
}
