#include "transport/process.hpp"

#include <signal.h>

#include <cstdio>

#include "tests/support/catch.hpp"
#include "tests/transport/run.hpp"
#include "tests/transport/temp_dir.hpp"

namespace rspbridge::transport {
namespace {

using test::pattern;
using test::read_exactly;
using test::run;

asio::awaitable<std::string> read_stdout_to_end(Command& command) {
  std::string all;
  std::vector<char> buffer(65536);
  for (std::size_t count = co_await command.read_stdout(buffer); count > 0;
       count = co_await command.read_stdout(buffer))
    all.append(buffer.data(), count);
  co_return all;
}

asio::awaitable<std::string> read_stderr_to_end(Command& command) {
  std::string all;
  std::vector<char> buffer(65536);
  for (std::size_t count = co_await command.read_stderr(buffer); count > 0;
       count = co_await command.read_stderr(buffer))
    all.append(buffer.data(), count);
  co_return all;
}

asio::awaitable<CommandPtr> shell(std::string script, SpawnOptions options = {}) {
  const auto executor = co_await asio::this_coro::executor;
  const std::vector<std::string> argv{"sh", "-c", script};
  co_return spawn(executor, argv, options);
}

// By the C library's own means: what a child inherits from whoever started the test.
std::string output_of(const std::string& script) {
  std::FILE* pipe = ::popen(script.c_str(), "r");
  REQUIRE(pipe != nullptr);
  char text[64] = {};
  const std::size_t size = std::fread(text, 1, sizeof text, pipe);
  ::pclose(pipe);
  return {text, size};
}

bool exists(pid_t pid) {
  return ::kill(pid, 0) == 0;
}

TEST_CASE("A process has three streams and an exit status") {
  run([]() -> asio::awaitable<void> {
    const CommandPtr command = co_await shell("cat; echo problem >&2; exit 3");
    co_await command->write_stdin("words");
    command->close_stdin();
    const std::string out = co_await read_stdout_to_end(*command);
    const std::string err = co_await read_stderr_to_end(*command);
    const ExitStatus status = co_await command->wait();
    CHECK(out == "words");
    CHECK(err == "problem\n");
    CHECK(status.code == 3);
    CHECK_FALSE(status.ok());
    CHECK(status.describe() == "exit status 3");
    const ExitStatus again = co_await command->wait();
    CHECK(again.code == 3);
  });
}

TEST_CASE("A signal that ends a process is named") {
  run([]() -> asio::awaitable<void> {
    const CommandPtr command = co_await shell("kill -SEGV $$");
    const ExitStatus status = co_await command->wait();
    CHECK_FALSE(status.code.has_value());
    CHECK(status.signal == "SEGV");
    CHECK(status.describe() == "killed by SIGSEGV");
  });
}

TEST_CASE("What can't be executed is the caller's error, with its errno") {
  asio::io_context io;
  const test::TempDir dir;
  const auto code = [&](const std::string& program) {
    try {
      spawn(io.get_executor(), {program});
    } catch (const std::system_error& error) {
      return error.code();
    }
    return std::error_code();
  };
  CHECK(code("rspbridge-no-such-program") == std::errc::no_such_file_or_directory);
  CHECK(code(dir.path().string()) == std::errc::permission_denied);
}

TEST_CASE("Megabytes go through a process unharmed") {
  run([]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    const std::vector<std::string> argv{"cat"};
    StreamPtr stream = stdio_stream(executor, spawn(executor, argv), "cat", {});
    const std::string sent = pattern(8 << 20);
    test::start(executor, [&]() -> asio::awaitable<void> {
      co_await stream->write(sent);
      stream->shutdown_write();
    });
    const std::string received = co_await read_exactly(*stream, sent.size() + 1);
    CHECK(received.size() == sent.size());
    CHECK((received == sent));
  });
}

TEST_CASE("Writing to a process that is gone is an error, not the end of the program") {
  run([]() -> asio::awaitable<void> {
    const CommandPtr command = co_await shell("exec <&-; exit 0");
    co_await command->wait();
    std::error_code code;
    try {
      co_await command->write_stdin("x");
    } catch (const std::system_error& error) {
      code = error.code();
    }
    CHECK(code == std::errc::broken_pipe);
  });
}

TEST_CASE("Destroying a command ends its process, even one that ignores SIGTERM, and its children") {
  run([]() -> asio::awaitable<void> {
    CommandPtr command =
        co_await shell("trap '' TERM; sleep 1000 & echo $$ $!; while :; do sleep 1000; done");
    char text[64] = {};
    const std::size_t count = co_await command->read_stdout(text);
    REQUIRE(count > 0);
    const pid_t pid = std::stoi(text),
                child = std::stoi(std::string(text).substr(std::string(text).find(' ')));
    REQUIRE(exists(pid));
    command.reset();
    CHECK_FALSE(exists(pid));
    bool child_exists = true;  // an orphan: whoever adopted it reaps it
    for (int tries = 0; tries < 100 && child_exists; ++tries) {
      co_await test::sleep(std::chrono::milliseconds(20));
      child_exists = exists(child);
    }
    CHECK_FALSE(child_exists);
  });
}

TEST_CASE("close() ends a pending wait with the status") {
  run([]() -> asio::awaitable<void> {
    const CommandPtr command = co_await shell("exec sleep 1000");
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, std::chrono::milliseconds(20));
    timer.async_wait([&](std::error_code) { command->close(); });
    const ExitStatus status = co_await command->wait();
    CHECK((status.signal == "TERM" ||
           status.signal == "KILL"));  // the latter where 150 ms aren't enough for it
  });
}

TEST_CASE("A child starts with a clean slate: no ignored signals, no descriptors of ours") {
  run([]() -> asio::awaitable<void> {
    const CommandPtr other = co_await shell("exec sleep 1000");
    const std::string listing = "ls /proc/self/fd | wc -l";
    const CommandPtr command = co_await shell("grep SigIgn /proc/self/status; " + listing);
    const std::string out = co_await read_stdout_to_end(*command);
    CHECK(out == "SigIgn:\t0000000000000000\n" + output_of(listing));
  });
}

TEST_CASE("Standard streams that aren't pipes have nothing to read") {
  run([]() -> asio::awaitable<void> {
    SpawnOptions options;
    options.in = options.out = StdioMode::null;
    const CommandPtr command = co_await shell("cat && echo lost", options);
    const std::string out = co_await read_stdout_to_end(*command);
    const ExitStatus status = co_await command->wait();
    CHECK(out.empty());
    CHECK(status.ok());
  });
}

TEST_CASE("A stub's stderr arrives line by line") {
  run([]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    auto lines = std::make_shared<std::vector<std::string>>();
    CommandPtr command = co_await shell("echo one >&2; printf 'two\\r\\n' >&2; printf three >&2; echo out");
    const StreamPtr stream = stdio_stream(executor, std::move(command), "stub",
                                          [lines](std::string line) { lines->push_back(std::move(line)); });
    const std::string out = co_await read_exactly(*stream, 100);
    CHECK(out == "out\n");
    for (int tries = 0; tries < 100 && lines->size() < 3; ++tries)
      co_await test::sleep(std::chrono::milliseconds(10));
    CHECK(*lines == std::vector<std::string>{"one", "two", "three"});
    CHECK(stream->describe() == "stub");
  });
}

}  // namespace
}  // namespace rspbridge::transport
