#include <signal.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/transport/echo_server.hpp"
#include "tests/transport/ssh_session_run.hpp"

namespace rspbridge::transport {
namespace {

using test::SshServer;
using test::with_session;

// What each of a session's operations ended with.
struct Ends {
  std::error_code read, write, exec;
  std::optional<ExitStatus> status;
  int count = 0;
};

asio::awaitable<void> wait_for_all(Ends& ends) {
  for (int tries = 0; tries < 3000 && ends.count < 3; ++tries)
    co_await test::sleep(std::chrono::milliseconds(10));
}

// Leaves a read, a write that can't go on and a wait pending, and notes how they end.
void start_operations(const asio::any_io_executor& executor, std::shared_ptr<Command> command,
                      std::shared_ptr<Ends> ends) {
  test::start(executor, [command, ends]() -> asio::awaitable<void> {
    char byte = 0;
    try {
      co_await command->read_stdout({&byte, 1});
    } catch (const std::system_error& error) {
      ends->read = error.code();
    }
    ++ends->count;
  });
  test::start(executor, [command, ends]() -> asio::awaitable<void> {
    const std::string much(64 << 20, 'x');
    try {
      co_await command->write_stdin(much);
    } catch (const std::system_error& error) {
      ends->write = error.code();
    }
    ++ends->count;
  });
  test::start(executor, [command, ends]() -> asio::awaitable<void> {
    const ExitStatus status = co_await command->wait();
    ends->status = status;
    ++ends->count;
  });
}

asio::awaitable<void> check_all_lost(SshSessionPtr session, Ends& ends) {
  co_await wait_for_all(ends);
  REQUIRE(ends.count == 3);
  CHECK(ends.read == SshErrc::connection_lost);
  CHECK(ends.write == SshErrc::connection_lost);
  CHECK(ends.status->describe() == "connection lost");
  try {
    co_await session->exec("true");
  } catch (const SshError& error) {
    ends.exec = error.code();
    CHECK(std::string(error.what()).find("connection") != std::string::npos);
  }
  CHECK(ends.exec == SshErrc::connection_lost);
}

// The server's target by way of the relay.
SshTarget through(const test::Relay& relay, const SshServer& server, std::vector<std::string> options = {}) {
  SshTarget target = server.target();
  target.port = relay.port();
  target.options = std::move(options);
  target.options.push_back("HostKeyAlias=[127.0.0.1]:" + std::to_string(server.port()));
  return target;
}

TEST_CASE("When the server dies, everything that waits fails with connection_lost") {
  const SshServer server;
  with_session(server.target(), [](SshSessionPtr session) -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    const std::string parent = co_await test::output_of(session, "echo $PPID");
    CommandPtr running = co_await session->exec("sleep 1000");
    const std::shared_ptr<Command> command = std::move(running);
    const auto ends = std::make_shared<Ends>();
    start_operations(executor, command, ends);
    co_await test::sleep(std::chrono::milliseconds(100));
    CHECK(ends->count == 0);
    REQUIRE(::kill(std::stoi(parent), SIGKILL) == 0);
    co_await check_all_lost(session, *ends);
  });
}

TEST_CASE("close() of the session fails everything that waits") {
  const SshServer server;
  with_session(server.target(), [](SshSessionPtr session) -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    CommandPtr running = co_await session->exec("sleep 1000");
    const std::shared_ptr<Command> command = std::move(running);
    const auto ends = std::make_shared<Ends>();
    start_operations(executor, command, ends);
    co_await test::sleep(std::chrono::milliseconds(50));
    session->close();
    session->close();
    co_await check_all_lost(session, *ends);
  });
}

TEST_CASE("Channels keep the connection after the session's handle is gone") {
  const SshServer server;
  test::run([&]() -> asio::awaitable<void> {
    AskPassphrase ask = test::no_passphrase;
    SshSessionPtr session = co_await SshSession::connect(server.target(), ask);
    CommandPtr running = co_await session->exec("cat");
    session.reset();
    co_await running->write_stdin("still here\n");
    const std::string line = co_await test::read_line(*running);
    CHECK(line == "still here");
  });
}

TEST_CASE("A link that is silent for too long is lost; a pause shorter than that isn't") {
  const SshServer server;
  test::run([&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    test::Relay relay(executor, server.port());
    const SshTarget target = through(relay, server, {"ServerAliveInterval=2", "ServerAliveCountMax=1"});
    AskPassphrase ask = test::no_passphrase;
    const SshSessionPtr session = co_await SshSession::connect(target, ask);
    CommandPtr running = co_await session->exec("cat");
    const std::shared_ptr<Command> command = std::move(running);

    co_await test::sleep(std::chrono::milliseconds(7000));  // idle, but the server answers
    relay.pause(true);
    co_await test::sleep(std::chrono::milliseconds(2500));
    relay.pause(false);
    co_await command->write_stdin("back\n");
    const std::string line = co_await test::read_line(*command);
    CHECK(line == "back");

    const auto ends = std::make_shared<Ends>();
    start_operations(executor, command, ends);
    relay.pause(true);
    co_await check_all_lost(session, *ends);
  });
}

TEST_CASE("Of a server that gives no sign of life one is told, and when it does again") {
  const SshServer server;
  test::run([&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    test::Relay relay(executor, server.port());
    const SshTarget target = through(relay, server, {"ServerAliveInterval=60", "ServerAliveCountMax=2"});
    AskPassphrase ask = test::no_passphrase;
    const SshSessionPtr session = co_await SshSession::connect(target, ask);
    std::vector<std::optional<SshSession::Silence>> told;
    session->on_silence([&told](const auto& silence) { told.push_back(silence); });
    CommandPtr running = co_await session->exec("read line; sleep 7; cat");
    const std::shared_ptr<Command> command = std::move(running);

    // A program that takes its time isn't the server's silence.
    co_await command->write_stdin("begin\n");
    co_await test::sleep(std::chrono::milliseconds(6500));
    CHECK(told.empty());

    const auto until_told = [&told](std::size_t count) -> asio::awaitable<void> {
      for (int tries = 0; tries < 1500 && told.size() < count; ++tries)
        co_await test::sleep(std::chrono::milliseconds(10));
    };
    relay.pause(true);
    const auto paused = std::chrono::steady_clock::now();
    co_await command->write_stdin("back\n");
    co_await until_told(1);
    REQUIRE(told.size() == 1);
    REQUIRE(told.front());
    CHECK(told.front()->since >= paused);
    CHECK(told.front()->ends > paused + std::chrono::seconds(170));
    CHECK(told.front()->ends < paused + std::chrono::seconds(180));
    relay.pause(false);
    const std::string line = co_await test::read_line(*command);
    CHECK(line == "back");
    co_await until_told(2);
    REQUIRE(told.size() == 2);
    CHECK(!told.back());
    session->on_silence({});
  });
}

TEST_CASE("While the link is stopped, full of bytes, the rest of the program goes on") {
  const SshServer server;
  test::run([&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    test::Relay relay(executor, server.port());
    const SshTarget target = through(relay, server);
    AskPassphrase ask = test::no_passphrase;
    const SshSessionPtr session = co_await SshSession::connect(target, ask);
    constexpr int command_count = 10;  // together, their windows are more than the sockets hold
    std::vector<CommandPtr> commands;
    for (int i = 0; i < command_count; ++i) {
      CommandPtr command = co_await session->exec("wc -c");
      commands.push_back(std::move(command));
    }
    relay.pause(true);
    int written = 0;
    for (auto& command : commands) {
      test::start(executor, [&command, &written]() -> asio::awaitable<void> {
        const std::string much(4 << 20, 'x');
        co_await command->write_stdin(much);
        command->close_stdin();
        ++written;
      });
    }
    co_await test::sleep(std::chrono::milliseconds(300));
    CHECK(written < command_count);
    relay.pause(false);
    for (auto& command : commands) {
      const std::string count = co_await test::read_line(*command);
      CHECK(count == std::to_string(4 << 20));
    }
  });
}

TEST_CASE("A server that is gone before authentication ended is unreachable, not a refusal") {
  const SshServer server;
  std::error_code code;
  test::run([&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    test::Relay relay(executor, server.port());
    test::make_key(server.path("locked"), "ed25519", "secret");
    server.accept_only(server.path("locked"));
    SshTarget target = server.target();
    target.port = relay.port();
    target.connect_timeout = std::chrono::seconds(2);
    target.identity_files = {server.path("locked")};
    target.options = {"HostKeyAlias=[127.0.0.1]:" + std::to_string(server.port())};
    AskPassphrase ask = [&](std::string_view) -> std::optional<std::string> {
      relay.pause(true);
      return "secret";
    };
    try {
      co_await SshSession::connect(target, ask);
    } catch (const SshError& error) {
      code = error.code();
    }
  });
  CHECK(code == SshErrc::unreachable);
}

}  // namespace
}  // namespace rspbridge::transport
