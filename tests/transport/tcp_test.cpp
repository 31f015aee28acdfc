#include "transport/tcp.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/transport/connected_pair.hpp"
#include "tests/transport/run.hpp"
#include "tests/transport/temp_dir.hpp"

namespace rspbridge::transport {
namespace {

using test::read_exactly;
using test::run;

std::uint16_t port_of(const Listener& listener) {
  const std::string endpoint = listener.endpoint();
  return static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1)));
}

asio::awaitable<std::error_code> code_of(asio::awaitable<void> action) {
  std::error_code code;
  try {
    co_await std::move(action);
  } catch (const std::system_error& error) {
    code = error.code();
  }
  co_return code;
}

asio::awaitable<void> discard(asio::awaitable<StreamPtr> connecting) {
  const StreamPtr stream = co_await std::move(connecting);
}

asio::awaitable<void> discard(asio::awaitable<Accepted> accepting) {
  const Accepted accepted = co_await std::move(accepting);
}

TEST_CASE("A TCP connection carries bytes both ways, and its end") {
  for (const std::string host : {"127.0.0.1", "localhost", "::1", "127.0.0.7"}) {
    run([host]() -> asio::awaitable<void> {
      const auto executor = co_await asio::this_coro::executor;
      const ListenerPtr listener = listen_tcp(executor, host, 0);
      const StreamPtr client = co_await connect_tcp(host, port_of(*listener));
      const Accepted accepted = co_await listener->accept();
      CHECK(client->describe() == listener->endpoint());

      co_await client->write("question");
      client->shutdown_write();
      const std::string question = co_await read_exactly(*accepted.stream, 100);
      CHECK(question == "question");
      co_await accepted.stream->write("answer");
      accepted.stream->close();
      const std::string answer = co_await read_exactly(*client, 100);
      CHECK(answer == "answer");
    });
  }
}

TEST_CASE("Only loopback addresses are listened on") {
  asio::io_context io;
  for (const char* host : {"0.0.0.0", "192.168.1.1", "::", "example.org", ""})
    CHECK_THROWS_AS(listen_tcp(io.get_executor(), host, 0), std::invalid_argument);
}

TEST_CASE("A port in use and a port without listener are told apart") {
  run([]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    ListenerPtr listener = listen_tcp(executor, "127.0.0.1", 0);
    const std::uint16_t port = port_of(*listener);
    try {
      listen_tcp(executor, "127.0.0.1", port);
      FAIL("two listeners on one port");
    } catch (const std::system_error& error) {
      CHECK(error.code() == std::errc::address_in_use);
    }
    listener.reset();
    const std::error_code refused = co_await code_of(discard(connect_tcp("127.0.0.1", port)));
    CHECK(refused == std::errc::connection_refused);
  });
}

TEST_CASE("close() ends what waits") {
  run([]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    const ListenerPtr listener = listen_tcp(executor, "127.0.0.1", 0);
    auto streams = test::connected_pair(executor);
    asio::steady_timer timer(executor, std::chrono::milliseconds(20));
    timer.async_wait([&](std::error_code) {
      listener->close();
      streams.first->close();
      streams.first->close();
    });
    const std::error_code accepting = co_await code_of(discard(listener->accept()));
    CHECK(accepting == asio::error::operation_aborted);
    std::size_t count = 0;
    char byte = 0;
    std::error_code reading;
    try {
      count = co_await streams.second->read_some({&byte, 1});
    } catch (const std::system_error& error) {
      reading = error.code();
    }
    CHECK(count == 0);
    CHECK_FALSE(reading);
  });
}

TEST_CASE("The user and the process at the other end of a TCP connection are known") {
  for (const std::string host : {"127.0.0.1", "::1"}) {
    run([host]() -> asio::awaitable<void> {
      const auto executor = co_await asio::this_coro::executor;
      const ListenerPtr listener = listen_tcp(executor, host, 0);
      const StreamPtr client = co_await connect_tcp(host, port_of(*listener));
      const Accepted accepted = co_await listener->accept();
      REQUIRE(accepted.peer.uid.has_value());
      CHECK(*accepted.peer.uid == ::getuid());
      REQUIRE(accepted.peer.pid.has_value());
      CHECK(*accepted.peer.pid == ::getpid());
      CHECK(accepted.peer.address.find(host) != std::string::npos);
    });
  }
}

TEST_CASE("A client that is gone before accept() has no user, not root") {
  run([]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    const ListenerPtr listener = listen_tcp(executor, "127.0.0.1", 0);
    StreamPtr client = co_await connect_tcp("127.0.0.1", port_of(*listener));
    co_await client->write("x");
    client->close();
    const Accepted accepted = co_await listener->accept();
    CHECK_FALSE(accepted.peer.uid.has_value());
  });
}

TEST_CASE("A unix listener is for its user alone, and cleans up") {
  const test::TempDir dir;
  const auto path = dir.path() / "socket";
  run([path]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    {
      const ListenerPtr listener = listen_unix(executor, path);
      CHECK(listener->endpoint() == "unix:" + path.string());
      struct stat status {};
      REQUIRE(::stat(path.c_str(), &status) == 0);
      CHECK((status.st_mode & 0777) == 0600);
      const StreamPtr client = co_await connect_unix(path);
      const Accepted accepted = co_await listener->accept();
      CHECK(accepted.peer.uid == ::getuid());
      CHECK(accepted.peer.pid == ::getpid());
      co_await client->write("hello");
      const std::string hello = co_await read_exactly(*accepted.stream, 5);
      CHECK(hello == "hello");
    }
    CHECK_FALSE(std::filesystem::exists(path));
  });
}

std::error_code listen_error(const asio::any_io_executor& executor, const std::filesystem::path& path) {
  try {
    listen_unix(executor, path);
  } catch (const std::system_error& error) {
    return error.code();
  }
  return {};
}

TEST_CASE("A stale unix socket is replaced; nothing else is") {
  const test::TempDir dir;
  asio::io_context io;
  const auto executor = io.get_executor();
  const auto path = dir.path() / "socket";
  SECTION("left behind by a process that died") {
    {
      ListenerPtr listener = listen_unix(executor, path);
      std::filesystem::create_hard_link(path, dir.path() / "kept");
    }
    std::filesystem::rename(dir.path() / "kept", path);
    CHECK_NOTHROW(listen_unix(executor, path));
  }
  SECTION("somebody listens there") {
    const ListenerPtr listener = listen_unix(executor, path);
    CHECK(listen_error(executor, path) == std::errc::address_in_use);
    CHECK(std::filesystem::exists(path));
  }
  SECTION("an ordinary file") {
    std::ofstream(path) << "precious";
    CHECK(listen_error(executor, path) == std::errc::address_in_use);
    CHECK(std::filesystem::file_size(path) == 8);
  }
  SECTION("a successor's socket isn't removed") {
    ListenerPtr first = listen_unix(executor, path);
    std::filesystem::remove(path);
    const ListenerPtr second = listen_unix(executor, path);
    first.reset();
    CHECK(std::filesystem::exists(path));
  }
}

}  // namespace
}  // namespace rspbridge::transport
