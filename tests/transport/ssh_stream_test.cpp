#include <sys/resource.h>

#include <filesystem>

#include "tests/support/catch.hpp"
#include "tests/transport/echo_server.hpp"
#include "tests/transport/ssh_session_run.hpp"

namespace rspbridge::transport {
namespace {

using test::pattern;
using test::read_exactly;
using test::SshServer;
using test::with_session;

// Sends `sent` through an echo and checks that it comes back.
asio::awaitable<void> check_echo(std::shared_ptr<Stream> stream, std::string sent, int& done) {
  const auto executor = co_await asio::this_coro::executor;
  test::start(executor, [stream, &sent]() -> asio::awaitable<void> {
    co_await stream->write(sent);
    stream->shutdown_write();
  });
  const std::string received = co_await read_exactly(*stream, sent.size() + 1);
  CHECK(received.size() == sent.size());
  CHECK((received == sent));
  ++done;
}

void bulk_beside_pings(const SshTarget& target, std::size_t bytes) {
  with_session(target, [bytes](SshSessionPtr session) -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    const std::shared_ptr<Listener> listener = listen_tcp(executor, "127.0.0.1", 0);
    const std::uint16_t port = test::port_of(*listener);
    test::start(executor, [listener] { return test::echo(listener); });
    int done = 0;
    for (unsigned channel = 0; channel < 4; ++channel) {
      StreamPtr opened = co_await session->direct_tcpip("127.0.0.1", port);
      const std::shared_ptr<Stream> stream = std::move(opened);
      test::start(executor, [=, &done] { return check_echo(stream, pattern(bytes / 4, channel), done); });
    }
    const StreamPtr ping = co_await session->direct_tcpip("127.0.0.1", port);
    CHECK(ping->describe() == "127.0.0.1:" + std::to_string(port) + " (over SSH)");
    int pings = 0;
    while (done < 4) {
      const std::string question = pattern(100, static_cast<unsigned>(pings++));
      co_await ping->write(question);
      const std::string answer = co_await read_exactly(*ping, question.size());
      REQUIRE((answer == question));
    }
    CHECK(pings > 0);
  });
}

TEST_CASE("Bulk on several channels comes back unharmed, and a small one gets through beside it") {
  const SshServer server;
  bulk_beside_pings(server.target(), 32 << 20);
}

TEST_CASE("Key exchanges in the middle don't disturb it") {
  const SshServer server("RekeyLimit 1M");
  SECTION("the server's") {
    bulk_beside_pings(server.target(), 16 << 20);
  }
  SECTION("and our own") {
    SshTarget target = server.target();
    target.options.push_back("RekeyLimit=1M");
    bulk_beside_pings(target, 16 << 20);
  }
}

TEST_CASE("Every cipher, and compression, carries the same bytes") {
  const SshServer server;
  for (const std::string option : {"Ciphers=aes256-gcm@openssh.com", "Ciphers=chacha20-poly1305@openssh.com",
                                   "Ciphers=aes128-ctr", "Compression=yes"}) {
    INFO(option);
    SshTarget target = server.target();
    target.options.push_back(option);
    bulk_beside_pings(target, 1 << 20);
  }
}

TEST_CASE("A refused channel says why, and the session goes on") {
  const SshServer server;
  with_session(server.target(), [](SshSessionPtr session) -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    const std::uint16_t port = test::port_of(*listen_tcp(executor, "127.0.0.1", 0));
    std::string message;
    std::error_code code;
    try {
      co_await session->direct_tcpip("127.0.0.1", port);
    } catch (const SshError& error) {
      code = error.code();
      message = error.what();
    }
    CHECK(code == SshErrc::channel_refused);
    CAPTURE(message);
    CHECK(message.find("Connection refused") != std::string::npos);
    CHECK(message.find(std::to_string(port)) != std::string::npos);
    const std::string alive = co_await test::output_of(session, "echo alive");
    CHECK(alive == "alive\n");
  });
}

TEST_CASE("The end of what the far side sends leaves our direction open") {
  const SshServer server;
  with_session(server.target(), [](SshSessionPtr session) -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    const ListenerPtr listener = listen_tcp(executor, "127.0.0.1", 0);
    const StreamPtr stream = co_await session->direct_tcpip("127.0.0.1", test::port_of(*listener));
    const Accepted accepted = co_await listener->accept();
    co_await accepted.stream->write("last words");
    accepted.stream->shutdown_write();
    const std::string words = co_await read_exactly(*stream, 100);
    CHECK(words == "last words");
    co_await stream->write("answer");
    stream->shutdown_write();
    const std::string answer = co_await read_exactly(*accepted.stream, 100);
    CHECK(answer == "answer");
  });
}

TEST_CASE("An idle session uses no processor time") {
  const SshServer server;
  with_session(server.target(), [](SshSessionPtr session) -> asio::awaitable<void> {
    const CommandPtr command = co_await session->exec("cat");
    rusage before{}, after{};
    ::getrusage(RUSAGE_SELF, &before);
    co_await test::sleep(std::chrono::seconds(1));
    ::getrusage(RUSAGE_SELF, &after);
    // Counts switches instead of time: whoever waits properly is woken only by the one timer.
    CHECK(after.ru_nvcsw - before.ru_nvcsw < 20);
    CHECK(after.ru_utime.tv_sec == before.ru_utime.tv_sec);
    CHECK(after.ru_utime.tv_usec - before.ru_utime.tv_usec < 100000);
  });
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

TEST_CASE("Sessions and channels leave no descriptor behind") {
  const SshServer server;
  const auto use = [&] {
    with_session(server.target(), [](SshSessionPtr session) -> asio::awaitable<void> {
      const CommandPtr command = co_await session->exec("cat");
    });
  };
  use();  // libraries open what they keep
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 5; ++i) use();
  SshTarget stranger = server.target();
  stranger.options.push_back("UserKnownHostsFile=/dev/null");
  for (int i = 0; i < 5; ++i) CHECK_THROWS_AS(with_session(stranger, {}), SshError);
  CHECK(open_descriptors() == before);
}

}  // namespace
}  // namespace rspbridge::transport
