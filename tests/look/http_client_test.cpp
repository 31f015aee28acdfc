#include "proxy/cli/look/http_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>

#include "memmap/file_descriptor.hpp"
#include "proxy/cli/errors.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::proxy::cli;
using namespace rspbridge::proxy::cli::look;
using rspbridge::memmap::FileDescriptor;

namespace {

// Answers one connection with the same bytes, whatever is asked, and keeps what was.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer, int family = AF_INET)
      : family_(family), listener_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_storage storage{};
    auto* address = reinterpret_cast<sockaddr*>(&storage);
    auto* four = reinterpret_cast<sockaddr_in*>(&storage);
    auto* six = reinterpret_cast<sockaddr_in6*>(&storage);
    storage.ss_family = static_cast<sa_family_t>(family);
    if (family == AF_INET)
      four->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    else
      six->sin6_addr = in6addr_loopback;
    socklen_t size = family == AF_INET ? sizeof *four : sizeof *six;
    if (::bind(listener_.get(), address, size) != 0 || ::listen(listener_.get(), 1) != 0 ||
        ::getsockname(listener_.get(), address, &size) != 0)
      throw std::runtime_error("no listener");
    port_ = ntohs(family == AF_INET ? four->sin_port : six->sin6_port);
    server_ = std::thread([this, answer = std::move(answer)] { serve(answer); });
  }
  ~OneAnswer() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    if (server_.joinable()) server_.join();
  }
  std::string url() const {
    return (family_ == AF_INET ? "http://127.0.0.1:" : "http://[::1]:") + std::to_string(port_);
  }
  /// Once the answer was read.
  const std::string& asked() {
    server_.join();
    return asked_;
  }

 private:
  void serve(const std::string& answer) {
    const FileDescriptor peer(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!peer) return;
    char bytes[4096];
    while (asked_.find("\r\n\r\n") == std::string::npos) {
      const ssize_t got = ::read(peer.get(), bytes, sizeof bytes);
      if (got <= 0) return;
      asked_.append(bytes, static_cast<std::size_t>(got));
    }
    for (std::string_view left = answer; !left.empty();) {
      const ssize_t sent = ::send(peer.get(), left.data(), left.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      left.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  int family_;
  FileDescriptor listener_;
  std::uint16_t port_ = 0;
  std::string asked_;
  std::thread server_;
};

std::string with_length(const std::string& status, const std::string& body, std::size_t length) {
  return "HTTP/1.1 " + status + "\r\nStop-Id: 7\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n" +
         body;
}

std::pair<int, std::string> failure_of(
    const std::string& url, const HttpClient::Piece& piece = [](std::string_view) {}) {
  try {
    HttpClient(url, "").download(
        "/x", {}, [](const Head&) {}, piece);
  } catch (const Failure& failure) {
    return {failure.code(), failure.what()};
  }
  return {exit_ok, "nothing was thrown"};
}

}  // namespace

TEST_CASE("what is asked bears the parameters, the session's own Host and the token") {
  OneAnswer server(with_length("200 OK", "{}", 2));
  const Reply reply = HttpClient(server.url() + "/", "secret")
                          .get("/debug/elf/memmap", {{"path", "a b&c=\xc3\xa9"}, {"perm", "rx"}});
  CHECK(reply.body == "{}");
  CHECK(reply.head.length == 2);
  CHECK(reply.head.stop_id == 7);
  const std::string asked = server.asked();
  INFO(asked);
  CHECK(asked.starts_with("GET /debug/elf/memmap?path=a%20b%26c%3D%C3%A9&perm=rx HTTP/1.1\r\n"));
  CHECK(asked.find("\r\nHost: " + server.url().substr(7) + "\r\n") != std::string::npos);
  CHECK(asked.find("\r\nAuthorization: Bearer secret\r\n") != std::string::npos);
}

TEST_CASE("an IPv6 address keeps its brackets, without which the session would refuse us") {
  OneAnswer server(with_length("200 OK", "{}", 2), AF_INET6);
  CHECK(HttpClient(server.url(), "").get("/x").body == "{}");
  CHECK(server.asked().find("\r\nHost: " + server.url().substr(7) + "\r\n") != std::string::npos);
}

TEST_CASE("an error is told in the session's own words") {
  CHECK(error_sentence(409, R"({"error":{"code":"running","sentence":"The target runs."}})") ==
        "The target runs.");
  CHECK(error_sentence(401, R"({"error":{"sentence":"This needs a token."}})") ==
        "This needs a token. Give the token with --http-token-file FILE.");
  for (const char* body : {"", "<html>", "[]", "{}", R"({"error":5})", R"({"error":{"sentence":5}})"})
    CHECK(error_sentence(500, body) == "the session answered with HTTP status 500");
  const std::string body = R"({"error":{"sentence":"The target runs."}})";
  OneAnswer server(with_length("409 Conflict", body, body.size()));
  CHECK(failure_of(server.url()) == std::pair<int, std::string>(exit_failed, "The target runs."));
}

TEST_CASE("an answer that ends early isn't taken for a whole one") {
  OneAnswer server(with_length("200 OK", "half", 8));
  const auto failure = failure_of(server.url());
  CHECK(failure.first == exit_failed);
  CHECK(failure.second.find("ended early") != std::string::npos);
}

TEST_CASE("nothing, and something else, at the address") {
  std::string nobody;
  {
    OneAnswer server("");
    nobody = server.url();
  }
  CHECK(failure_of(nobody).first == exit_connection);
  OneAnswer ssh("SSH-2.0-OpenSSH\r\n");
  CHECK(failure_of(ssh.url()).first == exit_connection);
  for (const char* url : {"https://127.0.0.1:1", "http://", "127.0.0.1:1", "http://127.0.0.1:1/x",
                          "http://u@127.0.0.1:1", "ftp"})
    CHECK(failure_of(url).first == exit_usage);
}

TEST_CASE("what the receiver throws comes out") {
  OneAnswer server(with_length("200 OK", std::string(1 << 20, 'x'), 1 << 20));
  const HttpClient client(server.url(), "");
  CHECK_THROWS_AS(
      client.download(
          "/x", {}, [](const Head&) {}, [](std::string_view) { throw std::runtime_error("full"); }),
      std::runtime_error);
}
