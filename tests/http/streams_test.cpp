// Streams of events and slow clients, over real sockets.
#include <sys/resource.h>

#include <vector>

#include "tests/http/client.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::proxy::http;
using namespace rspbridge::proxy::http::test;
using Catch::Matchers::ContainsSubstring;

namespace {

std::size_t streams_of(const RunningServer& server) {
  Client client(server);
  client.send("/metrics");
  const auto text = client.read_answer();
  const std::string name = "\nrspbridge_http_event_streams ";
  return std::stoul(text.substr(text.find(name) + name.size()));
}

bool comes_to_streams(const RunningServer& server, std::size_t count) {
  for (int tries = 0; tries < 200; ++tries) {
    if (streams_of(server) == count) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

}  // namespace

TEST_CASE("events arrive in order, and streams end with their client") {
  RunningServer server({.max_streams = 2});
  {
    Client first(server), second(server), third(server);
    first.send("/debug/events");
    second.send("/debug/events");
    const auto head = first.read_until("\r\n\r\n");
    CHECK_THAT(head, ContainsSubstring("\r\nContent-Type: text/event-stream\r\n"));
    CHECK_THAT(head, ContainsSubstring("\r\nStop-Id: 7\r\n"));
    CHECK_THAT(first.read_until("\n\n"), ContainsSubstring("event: state\nid: 7\n"));
    CHECK_THAT(second.read_until("\n\n"), ContainsSubstring("event: state\nid: 7\n"));
    third.send("/debug/events");
    CHECK(third.read_answer().starts_with("HTTP/1.1 503 "));
    server.run([&] {
      server.target->resume();
      server.target->stop();
    });
    for (auto* client : {&first, &second}) {
      CHECK_THAT(client->read_until("\n\n"), ContainsSubstring("event: resume\nid: 7\n"));
      CHECK_THAT(client->read_until("\n\n"), ContainsSubstring("event: stop\nid: 8\n"));
    }
  }
  CHECK(comes_to_streams(server, 0));
}

TEST_CASE("a thousand streams get every event") {
  RunningServer server;
  std::vector<std::unique_ptr<Client>> clients;
  for (int at = 0; at < 1000; ++at) {
    clients.push_back(std::make_unique<Client>(server));
    clients.back()->send("/debug/events");
  }
  for (auto& client : clients) REQUIRE_THAT(client->read_until("\n\n"), ContainsSubstring("event: state"));
  CHECK(streams_of(server) == 1000);
  server.run([&] { server.target->resume(); });
  server.run([&] { server.target->stop(); });
  for (auto& client : clients)
    REQUIRE_THAT(client->read_until("event: stop\nid: 8\n"), ContainsSubstring("event: resume"));
  clients.clear();
  CHECK(comes_to_streams(server, 0));
}

TEST_CASE("a client that never ends its request is cut off") {
  RunningServer server({.request_timeout = std::chrono::seconds(1)});
  Client client(server);
  client.send_raw("GET /healthz HTTP/1.1\r\nHost: ");
  CHECK(client.at_end());
}

TEST_CASE("a stream that isn't read is cut off") {
  RunningServer server({.write_timeout = std::chrono::seconds(1)});
  server.run([&] { server.target->now.stop_reply = std::string(1 << 20, 'x'); });
  Client client(server);
  client.receive_little();
  client.send("/debug/events");
  REQUIRE(comes_to_streams(server, 1));
  for (int at = 0; at < 8; ++at)
    server.run([&] { at % 2 ? server.target->stop() : server.target->resume(); });
  CHECK(comes_to_streams(server, 0));
}

TEST_CASE("oversized requests end the connection") {
  RunningServer server;
  Client target(server), header(server), body(server);
  target.send("/" + std::string(20000, 'x'));
  CHECK(target.at_end());
  header.send("/healthz", "X-Long: " + std::string(20000, 'x') + "\r\n");
  CHECK(header.at_end());
  body.send("/healthz", "Content-Length: 1000000000\r\n", "POST");
  CHECK(body.at_end());
}
