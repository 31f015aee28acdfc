// A test body with a session to a real sshd.
#pragma once

#include <optional>

#include "tests/transport/run.hpp"
#include "tests/transport/ssh_server.hpp"
#include "transport/ssh.hpp"

namespace rspbridge::transport::test {

inline std::optional<std::string> no_passphrase(std::string_view) {
  return std::nullopt;
}

/// Connects to `target` and runs `body` with the session.
inline void with_session(const SshTarget& target,
                         const std::function<asio::awaitable<void>(SshSessionPtr)>& body) {
  run([&]() -> asio::awaitable<void> {
    SshTarget copy = target;
    AskPassphrase ask = no_passphrase;
    const SshSessionPtr session = co_await SshSession::connect(copy, ask);
    co_await body(session);
  });
}

/// Reads a command's stdout (or stderr) to its end.
inline asio::awaitable<std::string> read_all(Command& command, bool from_stderr = false) {
  std::string all;
  std::vector<char> buffer(65536);
  std::size_t count = 0;
  do {
    if (from_stderr)
      count = co_await command.read_stderr(buffer);
    else
      count = co_await command.read_stdout(buffer);
    all.append(buffer.data(), count);
  } while (count > 0);
  co_return all;
}

/// The first line of a command's stdout, without its end.
inline asio::awaitable<std::string> read_line(Command& command) {
  std::string line;
  char byte = 0;
  std::size_t count = co_await command.read_stdout({&byte, 1});
  while (count > 0 && byte != '\n') {
    if (byte != '\r') line += byte;
    count = co_await command.read_stdout({&byte, 1});
  }
  co_return line;
}

/// Runs a command to its end and returns its stdout.
inline asio::awaitable<std::string> output_of(SshSessionPtr session, std::string command) {
  const CommandPtr running = co_await session->exec(command);
  std::string out = co_await read_all(*running);
  co_return out;
}

}  // namespace rspbridge::transport::test
