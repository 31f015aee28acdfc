#include "rsp/endpoint.hpp"

#include <string>
#include <vector>

#include "tests/rsp/feeds.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::rsp;

namespace {

constexpr std::size_t limit = 20;

/// An event as a word: p, n, ^ or !, and the payload of the first two.
std::vector<std::string> drain(Endpoint& endpoint) {
  std::vector<std::string> out;
  while (auto event = endpoint.next()) {
    switch (event->kind) {
      case Event::Kind::packet:
        out.push_back("p" + event->payload);
        break;
      case Event::Kind::notification:
        out.push_back("n" + event->payload);
        break;
      case Event::Kind::interrupt:
        out.push_back("^");
        break;
      case Event::Kind::oversize:
      case Event::Kind::protocol_error:
        CHECK(event->payload.size() > 10);
        out.push_back("!");
        break;
    }
  }
  return out;
}

struct Row {
  std::string wire;
  std::vector<std::string> events;
  std::string output;
};

void check(const std::vector<Row>& rows, bool no_ack) {
  for (const auto& row : rows) {
    for (const auto& chunks : ways_to_feed(row.wire)) {
      CAPTURE(describe(chunks));
      Endpoint endpoint(limit);
      if (no_ack) endpoint.set_no_ack();
      for (const auto chunk : chunks) endpoint.feed(chunk);
      CHECK(drain(endpoint) == row.events);
      CHECK(endpoint.take_output() == row.output);
    }
  }
}

}  // namespace

TEST_CASE("in ack mode good packets are acknowledged and bad ones refused") {
  check(
      {
          {"$g#67", {"pg"}, "+"},
          {"$g#68", {"!"}, "-"},
          {"$g#68$g#67", {"!", "pg"}, "-+"},
          {"$g#67$g#67", {"pg", "pg"}, "++"},
          {"%Stop:T05#99", {"nStop:T05"}, ""},
          {"%Stop:T05#98", {"!"}, ""},
          {"\x03", {"^"}, ""},
          {"+-", {}, ""},
          {"junk$g#67", {"!", "pg"}, "+"},
          {"$ab$g#67", {"!", "pg"}, "+"},
          {"$" + std::string(21, 'a') + "#f5", {"!"}, "+"},
          {"$" + std::string(21, 'a') + "#f6", {"!"}, "-"},
          {"%" + std::string(21, 'a') + "#f5", {"!"}, ""},
      },
      false);
}

TEST_CASE("in no-ack mode nothing is acknowledged and bad packets are handed up with a word") {
  check(
      {
          {"$g#67", {"pg"}, ""},
          {"$g#68", {"!", "pg"}, ""},
          {"%x#00", {"!", "nx"}, ""},
          {"+-$g#67", {"pg"}, ""},
          {"\x03", {"^"}, ""},
          {"$" + std::string(21, 'a') + "#f5", {"!"}, ""},
      },
      true);
}

TEST_CASE("a packet waits until the one before it is acknowledged") {
  Endpoint endpoint;
  CHECK_FALSE(endpoint.has_output());
  endpoint.send("a");
  endpoint.send("b");
  endpoint.send("c");
  CHECK(endpoint.take_output() == "$a#61");
  CHECK_FALSE(endpoint.has_output());
  endpoint.feed("+");
  CHECK(endpoint.take_output() == "$b#62");
  endpoint.feed("++");
  CHECK(endpoint.take_output() == "$c#63");
  endpoint.feed("+");
  CHECK(endpoint.take_output() == "");
  endpoint.send("d");
  CHECK(endpoint.take_output() == "$d#64");
}

TEST_CASE("notifications and interrupts aren't held back") {
  Endpoint endpoint;
  endpoint.send("a");
  endpoint.send("b");
  endpoint.send_notification("n");
  endpoint.send_interrupt();
  CHECK(endpoint.take_output() == "$a#61%n#6e\x03");
}

TEST_CASE("a refused packet is sent again, five times and no more") {
  Endpoint endpoint;
  endpoint.send("a");
  endpoint.send("b");
  CHECK(endpoint.take_output() == "$a#61");
  for (int i = 0; i < Endpoint::max_retransmits; ++i) {
    endpoint.feed("-");
    CHECK(endpoint.take_output() == "$a#61");
  }
  CHECK(drain(endpoint).empty());
  endpoint.feed("-");
  CHECK(drain(endpoint) == std::vector<std::string>{"!"});
  CHECK(endpoint.take_output() == "$b#62");
  endpoint.feed("-");
  CHECK(endpoint.take_output() == "$b#62");
}

TEST_CASE("the count of retransmissions starts anew with every packet") {
  Endpoint endpoint;
  for (int packet = 0; packet < 3; ++packet) {
    endpoint.send("a");
    for (int i = 0; i < Endpoint::max_retransmits; ++i) endpoint.feed("-");
    endpoint.feed("+");
  }
  CHECK(drain(endpoint).empty());
}

TEST_CASE("a nack with nothing to send again is ignored") {
  Endpoint endpoint;
  endpoint.send("a");
  endpoint.feed("+-");
  CHECK(endpoint.take_output() == "$a#61");
  CHECK(drain(endpoint).empty());
}

TEST_CASE("no-ack mode releases what was held back and waits for nothing") {
  Endpoint endpoint;
  endpoint.feed("$QStartNoAckMode#b0");
  CHECK(drain(endpoint) == std::vector<std::string>{"pQStartNoAckMode"});
  endpoint.send("OK");
  endpoint.send("b");
  CHECK(endpoint.take_output() == "+$OK#9a");
  endpoint.set_no_ack();
  CHECK(endpoint.no_ack());
  endpoint.send("c");
  CHECK(endpoint.take_output() == "$b#62$c#63");
  // The peer's `+` for the OK, and a `-` that no longer means anything.
  endpoint.feed("+-");
  CHECK(endpoint.take_output() == "");
  CHECK(drain(endpoint).empty());
}
