// The server over real sockets.
#include <unistd.h>

#include "proxy/http/server.hpp"
#include "tests/http/client.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::proxy::http;
using namespace rspbridge::proxy::http::test;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string ask(const RunningServer& server, const std::string& target, const std::string& more = {},
                const std::string& method = "GET") {
  Client client(server);
  client.send(target, more, method);
  return client.read_answer(method != "HEAD");
}

std::string ask_raw(const RunningServer& server, const std::string& text) {
  Client client(server);
  client.send_raw(text);
  return client.read_answer();
}

}  // namespace

TEST_CASE("every answer has a status, a type and a stop id") {
  RunningServer server;
  CHECK(server.url() == "http://" + server.host);
  const auto map = ask(server, "/debug/elf/memmap");
  CHECK(map.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK_THAT(map, ContainsSubstring("\r\nStop-Id: 7\r\n"));
  CHECK_THAT(map, ContainsSubstring("\r\nContent-Type: application/json\r\n"));
  CHECK_THAT(map, ContainsSubstring(R"("Label":"[heap]")"));
  const auto head = ask(server, "/debug/elf/memmap", "", "HEAD");
  CHECK(head == map.substr(0, map.find("\r\n\r\n") + 4));
  const auto post = ask(server, "/debug/elf/memmap", "Content-Length: 0\r\n", "POST");
  CHECK(post.starts_with("HTTP/1.1 405 "));
  CHECK_THAT(post, ContainsSubstring("\r\nAllow: GET, HEAD\r\n"));
  CHECK(ask(server, "/x").starts_with("HTTP/1.1 404 "));
}

TEST_CASE("foreign Hosts and Origins are refused") {
  RunningServer server;
  const std::string request = "GET /healthz HTTP/1.1\r\n";
  CHECK(ask(server, "/healthz", "Origin: http://" + server.host + "\r\n").starts_with("HTTP/1.1 200 "));
  CHECK(ask(server, "/healthz", "Origin: http://evil.example\r\n").starts_with("HTTP/1.1 403 "));
  CHECK(ask(server, "/healthz", "Host: evil.example\r\n").starts_with("HTTP/1.1 403 "));
  const auto port = std::to_string(server.port);
  CHECK(ask_raw(server, request + "Host: evil.example:" + port + "\r\n\r\n").starts_with("HTTP/1.1 403 "));
  const auto refused = ask_raw(server, request + "\r\n");
  CHECK(refused.starts_with("HTTP/1.1 403 "));
  CHECK_THAT(refused, ContainsSubstring("\r\nStop-Id: 7\r\n"));
  CHECK_THAT(refused, ContainsSubstring(R"("code":"foreign_host")"));
}

TEST_CASE("a token is needed where one is set") {
  RunningServer server({.token = "abc\n"});
  CHECK(ask(server, "/healthz").starts_with("HTTP/1.1 401 "));
  CHECK_THAT(ask(server, "/healthz"), ContainsSubstring("\r\nWWW-Authenticate: Bearer\r\n"));
  CHECK(ask(server, "/healthz", "Authorization: Bearer abd\r\n").starts_with("HTTP/1.1 401 "));
  CHECK(ask(server, "/healthz", "Authorization: Bearer abc\r\n").starts_with("HTTP/1.1 200 "));
}

TEST_CASE("another user gets no byte") {
  std::optional<uid_t> user = ::getuid() + 1;
  Server::Settings settings;
  settings.peer_user = [&](const auto&, const auto&) { return user; };
  RunningServer server(settings);
  const auto is_refused = [&] {
    Client client(server);
    return client.read_bytes(1).empty() && client.at_end();
  };
  CHECK(is_refused());
  server.run([&] { user.reset(); });
  CHECK(is_refused());
  server.run([&] { user = ::getuid(); });
  CHECK(ask(server, "/healthz").starts_with("HTTP/1.1 200 "));
  CHECK_THAT(ask(server, "/metrics"), ContainsSubstring("rspbridge_http_refused_connections_total 1\n"));
}

TEST_CASE("a running target is a conflict, but has a memory map") {
  RunningServer server;
  server.run([&] { server.target->resume(); });
  CHECK(ask(server, "/debug/threads").starts_with("HTTP/1.1 409 "));
  CHECK(ask(server, "/debug/memory?addr=0x400000&length=4").starts_with("HTTP/1.1 409 "));
  CHECK(ask(server, "/debug/elf/memmap").starts_with("HTTP/1.1 200 "));
}

TEST_CASE("ranges, ETags and memory in pieces") {
  RunningServer server;
  const std::string path = "/debug/memory?addr=0x400000&length=10";
  std::string large;
  for (int at = 0; at < 3'000'000; ++at) large += static_cast<char>(at % 251);
  server.run([&] {
    server.target->use_smaps("00400000-01400000 rw-p 00000000 00:00 0 \n");
    server.target->memory[0x400000] = large;
  });
  const auto part = ask(server, path, "Range: bytes=2-4\r\n");
  CHECK(part.starts_with("HTTP/1.1 206 Partial Content\r\n"));
  CHECK_THAT(part, ContainsSubstring("\r\nContent-Range: bytes 2-4/10\r\n"));
  CHECK(part.ends_with("\r\n\r\n" + large.substr(2, 3)));
  CHECK(ask(server, path, "Range: bytes=10-11\r\n").starts_with("HTTP/1.1 416 "));
  const auto etag =
      part.substr(part.find("ETag: ") + 6, part.find("\r\n", part.find("ETag: ")) - part.find("ETag: ") - 6);
  Client client(server);
  client.send(path, "If-None-Match: " + etag + "\r\n");
  const auto same = client.read_answer(false);
  CHECK(same.starts_with("HTTP/1.1 304 Not Modified\r\n"));
  client.send("/debug/memory?addr=0x400000&length=3000000");
  const auto all = client.read_answer();
  CHECK(all.substr(all.find("\r\n\r\n") + 4) == large);
  server.run([&] {
    server.target->stop();
    server.target->reads = 0;
    server.target->on_read = [&](int count) {
      if (count == 3) server.target->memory.clear();
    };
  });
  client.send("/debug/memory?addr=0x400000&length=3000000");
  CHECK(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
  CHECK(client.read_bytes(3000000).size() < 3000000);
  CHECK(client.at_end());
}

TEST_CASE("requests may be pipelined") {
  RunningServer server;
  Client client(server);
  std::string many;
  for (int at = 0; at < 50; ++at)
    many += std::string("GET ") + (at % 2 ? "/healthz" : "/debug/elf/modules") +
            " HTTP/1.1\r\nHost: " + server.host + "\r\n\r\n";
  client.send_raw(many);
  for (int at = 0; at < 50; ++at)
    REQUIRE_THAT(client.read_answer(), ContainsSubstring(at % 2 ? R"("status":"ok")" : R"("modules":[)"));
}

TEST_CASE("a port that is taken is a clear error") {
  RunningServer server;
  asio::io_context io;
  auto target = sample_target();
  CHECK_THROWS_WITH(
      Server::start(io, {.port = server.port}, *target),
      "HTTP can't be served at " + server.host + ": the port is taken; name another one with --http.");
  CHECK_THROWS_AS(Server::start(io, {.host = "0.0.0.0", .port = 0}, *target), std::invalid_argument);
}
