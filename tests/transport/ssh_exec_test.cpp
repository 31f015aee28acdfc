#include "tests/support/catch.hpp"
#include "tests/transport/ssh_session_run.hpp"

namespace rspbridge::transport {
namespace {

using test::pattern;
using test::read_all;
using test::SshServer;
using test::with_session;

TEST_CASE("A remote command has stdout, stderr and an exit status") {
  const SshServer server;
  with_session(server.target(), [](SshSessionPtr session) -> asio::awaitable<void> {
    const CommandPtr command = co_await session->exec("echo out; echo err >&2; exit 7");
    const std::string out = co_await read_all(*command);
    const std::string err = co_await read_all(*command, true);
    const ExitStatus status = co_await command->wait();
    CHECK(out == "out\n");
    CHECK(err == "err\n");
    CHECK(status.code == 7);
  });
}

TEST_CASE("A signal that ends a remote command is named") {
  const SshServer server;
  with_session(server.target(), [](SshSessionPtr session) -> asio::awaitable<void> {
    const CommandPtr command = co_await session->exec("kill -SEGV $$");
    const ExitStatus status = co_await command->wait();
    CHECK(status.signal == "SEGV");
    CHECK_FALSE(status.code.has_value());
  });
}

TEST_CASE("The status may be awaited before the output is read") {
  const SshServer server;
  with_session(server.target(), [](SshSessionPtr session) -> asio::awaitable<void> {
    const CommandPtr command = co_await session->exec("echo late; exit 0");
    const ExitStatus status = co_await command->wait();
    CHECK(status.ok());
    const std::string out = co_await read_all(*command);
    CHECK(out == "late\n");
  });
}

TEST_CASE("Megabytes through stdin and stdout of a remote command come back unharmed") {
  const SshServer server;
  with_session(server.target(), [](SshSessionPtr session) -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    const CommandPtr command = co_await session->exec("cat");
    const std::string sent = pattern(8 << 20);
    test::start(executor, [&]() -> asio::awaitable<void> {
      co_await command->write_stdin(sent);
      command->close_stdin();
    });
    const std::string received = co_await read_all(*command);
    const ExitStatus status = co_await command->wait();
    CHECK(received.size() == sent.size());
    CHECK((received == sent));
    CHECK(status.ok());
  });
}

TEST_CASE("Output that nobody reads holds up its own command only") {
  const SshServer server;
  with_session(server.target(), [](SshSessionPtr session) -> asio::awaitable<void> {
    const CommandPtr flood = co_await session->exec("head -c 16000000 /dev/zero; echo x >&2");
    for (int i = 0; i < 20; ++i) {
      const std::string out = co_await test::output_of(session, "echo " + std::to_string(i));
      REQUIRE(out == std::to_string(i) + "\n");
    }
    const std::string zeros = co_await read_all(*flood);
    CHECK(zeros.size() == 16000000);
    const std::string err = co_await read_all(*flood, true);
    CHECK(err == "x\n");
  });
}

TEST_CASE("A terminal has the asked-for type and size, and may be resized") {
  const SshServer server;
  with_session(server.target(), [](SshSessionPtr session) -> asio::awaitable<void> {
    const Pty pty{"xterm-256color", 101, 43};
    const CommandPtr command = co_await session->exec(
        "stty -echo; echo $TERM; stty size; echo problem >&2; read line; stty size", pty);
    const std::string term = co_await test::read_line(*command);
    const std::string size = co_await test::read_line(*command);
    const std::string problem = co_await test::read_line(*command);
    CHECK(term == "xterm-256color");
    CHECK(size == "43 101");
    CHECK(problem == "problem");
    command->resize(77, 22);
    co_await command->write_stdin("\n");
    const std::string resized = co_await test::read_line(*command);
    CHECK(resized == "22 77");
  });
}

TEST_CASE("A command's end is seen while its stdin is being written") {
  const SshServer server;
  with_session(server.target(), [](SshSessionPtr session) -> asio::awaitable<void> {
    const CommandPtr command = co_await session->exec("exec <&-; exit 4");
    const std::string much = pattern(16 << 20);
    std::error_code code;
    try {
      co_await command->write_stdin(much);
    } catch (const std::system_error& error) {
      code = error.code();
    }
    CHECK(code == std::errc::broken_pipe);
    const ExitStatus status = co_await command->wait();
    CHECK(status.code == 4);
  });
}

TEST_CASE("Closing a command ends what waits on it") {
  const SshServer server;
  with_session(server.target(), [](SshSessionPtr session) -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    const CommandPtr command = co_await session->exec("sleep 1000");
    asio::steady_timer timer(executor, std::chrono::milliseconds(20));
    timer.async_wait([&](std::error_code) { command->close(); });
    std::error_code code;
    char byte = 0;
    try {
      co_await command->read_stdout({&byte, 1});
    } catch (const std::system_error& error) {
      code = error.code();
    }
    CHECK(code == asio::error::operation_aborted);
    const std::string alive = co_await test::output_of(session, "echo alive");
    CHECK(alive == "alive\n");
  });
}

TEST_CASE("Commands may come and go by the dozen") {
  const SshServer server;
  with_session(server.target(), [](SshSessionPtr session) -> asio::awaitable<void> {
    for (int i = 0; i < 24; ++i) {
      const CommandPtr abandoned = co_await session->exec("cat /dev/zero");
      const std::string out = co_await test::output_of(session, "exit 0");
      REQUIRE(out.empty());
    }
  });
}

}  // namespace
}  // namespace rspbridge::transport
