#include <unistd.h>

#include "tests/support/catch.hpp"
#include "tests/transport/run.hpp"
#include "tests/transport/ssh_server.hpp"
#include "transport/ssh.hpp"

namespace rspbridge::transport {
namespace {

using test::make_key;
using test::run;
using test::SshAgent;
using test::SshServer;

// Answers with each of `answers` in turn, then gives up, and remembers what it was asked.
struct Typist {
  std::vector<std::string> answers, prompts;
  std::optional<std::string> ask(std::string_view prompt) {
    prompts.emplace_back(prompt);
    if (prompts.size() > answers.size()) return std::nullopt;
    return answers[prompts.size() - 1];
  }
};

// What connecting fails with; empty if it succeeds.
std::string failure(const SshTarget& target, Typist& typist) {
  std::string message;
  run([&]() -> asio::awaitable<void> {
    AskPassphrase ask = [&typist](std::string_view prompt) { return typist.ask(prompt); };
    try {
      co_await SshSession::connect(target, ask);
    } catch (const SshError& error) {
      CHECK(error.code() == SshErrc::auth_failed);
      message = error.what();
    }
  });
  return message;
}

std::string failure(const SshTarget& target) {
  Typist nobody;
  const std::string message = failure(target, nobody);
  CHECK(nobody.prompts.empty());
  return message;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("Every kind of key that OpenSSH makes is taken") {
  const SshServer server;
  SshTarget target = server.target();
  for (const std::string type : {"ed25519", "ecdsa", "rsa"}) {
    INFO(type);
    make_key(server.path(type), type);
    server.accept_only(server.path(type));
    target.identity_files = {server.path(type)};
    CHECK(failure(target) == "");
  }
}

TEST_CASE("When no key is accepted, the message lists what was tried") {
  const SshServer server;
  make_key(server.path("stranger"));
  test::write_file(server.path("garbage"), "not a key\n");
  SshTarget target = server.target();
  server.accept_only(server.path("stranger"));
  target.identity_files = {server.path("missing"), server.path("garbage")};
  const std::string message = failure(target);
  CAPTURE(message);
  CHECK(has(message, server.path("missing").string() + ": not there"));
  CHECK(has(message, server.path("garbage").string() + ": not a private key"));
  CHECK(has(message, server.user_key().string() + ": not accepted by the server"));
  CHECK(has(message, "agent: none"));
  CHECK(has(message, "ssh-copy-id"));
}

TEST_CASE("A passphrase is asked for, up to three times") {
  const SshServer server;
  for (const std::string type : {"ed25519", "rsa"}) {
    make_key(server.path(type), type, "open sesame");
    server.accept_only(server.path(type));
    SshTarget target = server.target();
    target.identity_files = {server.path(type)};
    Typist right{{"open sesame"}, {}};
    CHECK(failure(target, right) == "");
    REQUIRE(right.prompts.size() == 1);
    CHECK(has(right.prompts[0], server.path(type).string()));

    Typist second{{"wrong", "open sesame"}, {}};
    CHECK(failure(target, second) == "");
    CHECK(second.prompts.size() == 2);

    Typist wrong{{"a", "b", "c", "open sesame"}, {}};
    CHECK(has(failure(target, wrong), "wrong passphrase"));
    CHECK(wrong.prompts.size() == 3);

    Typist absent;
    CHECK(has(failure(target, absent), "needs a passphrase"));
    CHECK(absent.prompts.size() == 1);
  }
}

TEST_CASE("No passphrase is asked for a key that the server doesn't take") {
  const SshServer server;
  make_key(server.path("locked"), "ed25519", "secret");
  SshTarget target = server.target();
  target.identity_files = {server.path("locked")};
  CHECK(failure(target) == "");  // by the next key
  std::filesystem::remove(server.path("locked.pub"));
  CHECK(failure(target) == "");
}

TEST_CASE("The time that a passphrase takes doesn't count") {
  const SshServer server;
  make_key(server.path("locked"), "ed25519", "secret");
  server.accept_only(server.path("locked"));
  SshTarget target = server.target();
  target.identity_files = {server.path("locked")};
  target.connect_timeout = std::chrono::seconds(2);
  std::string message;
  run([&]() -> asio::awaitable<void> {
    AskPassphrase slow = [](std::string_view) -> std::optional<std::string> {
      ::usleep(3'000'000);
      return "secret";
    };
    try {
      co_await SshSession::connect(target, slow);
    } catch (const SshError& error) {
      message = error.what();
    }
  });
  CHECK(message == "");
}

TEST_CASE("The agent's keys come first, unless only the named ones count") {
  const SshServer server;
  make_key(server.path("stranger"));
  make_key(server.path("agents"));
  const SshAgent agent({server.path("stranger"), server.path("agents")});
  server.accept_only(server.path("agents"));
  for (const std::string name : {"stranger", "agents"}) std::filesystem::remove(server.path(name));
  SshTarget target = server.target();
  target.options = {"IdentityAgent=" + agent.socket()};
  CHECK(failure(target) == "");

  target.options.push_back("IdentitiesOnly=yes");
  CHECK(has(failure(target), "IdentitiesOnly"));

  target.options = {"IdentityAgent=" + agent.socket(), "PubkeyAuthentication=no"};
  CHECK(has(failure(target), "PubkeyAuthentication"));
}

TEST_CASE("An agent that doesn't help is named, and the files are tried") {
  const SshServer server;
  SshTarget target = server.target();
  const SshAgent empty({});
  make_key(server.path("stranger"));
  const SshAgent strange({server.path("stranger")});
  const std::vector<std::pair<std::string, std::string>> cases{
      {empty.socket(), "agent: 0 keys"},
      {strange.socket(), "agent: 1 key,"},
      {server.path("no-agent").string(), "no-agent doesn't answer"}};
  for (const auto& [socket, part] : cases) {
    INFO(part);
    target.options = {"IdentityAgent=" + socket};
    CHECK(failure(target) == "");
    target.options.push_back("IdentityFile=none");
    server.accept_only(server.path("host_key"));
    CHECK(has(failure(target), part));
    server.accept_only(server.user_key());
  }
}

TEST_CASE("A server that hangs up after too many keys is quoted") {
  const SshServer server("MaxAuthTries 1");
  server.accept_only(server.path("host_key"));
  make_key(server.path("second"));
  SshTarget target = server.target();
  target.identity_files = {server.path("second")};
  const std::string message = failure(target);
  CAPTURE(message);
  CHECK(has(message, "Too many authentication failures"));
}

}  // namespace
}  // namespace rspbridge::transport
