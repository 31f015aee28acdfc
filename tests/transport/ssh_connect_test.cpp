#include "tests/support/catch.hpp"
#include "tests/transport/run.hpp"
#include "tests/transport/ssh_server.hpp"
#include "transport/local_user.hpp"
#include "transport/ssh.hpp"
#include "transport/tcp.hpp"

namespace rspbridge::transport {
namespace {

using test::make_key;
using test::run;
using test::SshServer;
using test::write_file;

std::optional<std::string> never(std::string_view) {
  throw std::logic_error("asked for a passphrase");
}

struct Outcome {
  std::error_code code;  ///< none: connected
  std::string message;   ///< of the error, or describe()
  SshSession::Details details;
};

Outcome connect(const SshTarget& target, const AskPassphrase& ask = never) {
  Outcome outcome;
  run([&]() -> asio::awaitable<void> {
    try {
      const SshSessionPtr session = co_await SshSession::connect(target, ask);
      outcome.message = session->describe();
      outcome.details = session->details();
    } catch (const SshError& error) {
      outcome.code = error.code();
      outcome.message = error.what();
    }
  });
  return outcome;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

#define CHECK_HAS(text, part) \
  {                           \
    INFO(text);               \
    CHECK(has(text, part));   \
  }

TEST_CASE("A known host and an accepted key make a connection") {
  const SshServer server;
  const Outcome outcome = connect(server.target());
  INFO(outcome.message << server.log());
  REQUIRE_FALSE(outcome.code);
  CHECK(outcome.message == local_user_name() + "@127.0.0.1:" + std::to_string(server.port()));
  CHECK(outcome.details.host_key_type == "ssh-ed25519");
  CHECK(outcome.details.cipher == "aes128-gcm@openssh.com");
  CHECK(outcome.details.fingerprint.starts_with("SHA256:"));
  CHECK_FALSE(outcome.details.libssh_version.empty());
}

TEST_CASE("An unknown host key is refused, and the message says how to accept it") {
  const SshServer server;
  write_file(server.known_hosts(), "# nothing\nelsewhere " + test::read_file(server.path("host_key.pub")));
  SshTarget target = server.target();
  target.options.push_back("StrictHostKeyChecking=no");  // not even so
  const Outcome outcome = connect(target);
  REQUIRE(outcome.code == SshErrc::host_key_unknown);
  const std::string port = std::to_string(server.port());
  CHECK_HAS(outcome.message, "[127.0.0.1]:" + port);
  CHECK_HAS(outcome.message, "ssh-ed25519");
  CHECK_HAS(outcome.message, "SHA256:");
  CHECK_HAS(outcome.message, server.known_hosts().string());
  CHECK_HAS(outcome.message,
            "ssh-keyscan -p " + port + " -t ed25519 127.0.0.1 >> " + server.known_hosts().string());
  CHECK_HAS(outcome.message, "-p " + port + " " + local_user_name() + "@127.0.0.1");
}

TEST_CASE("No known_hosts file at all is an unknown host") {
  const SshServer server;
  std::filesystem::remove(server.known_hosts());
  CHECK(connect(server.target()).code == SshErrc::host_key_unknown);
}

TEST_CASE("A changed host key is refused, and the message says what that may mean") {
  const SshServer server;
  make_key(server.path("other_key"));
  write_file(server.known_hosts(), "\n" + server.known_hosts_line(server.path("other_key")));
  const Outcome outcome = connect(server.target());
  REQUIRE(outcome.code == SshErrc::host_key_changed);
  CHECK_HAS(outcome.message, "in between");
  CHECK_HAS(outcome.message, server.known_hosts().string() + ":2");
  CHECK_HAS(outcome.message, "-R '[127.0.0.1]:" + std::to_string(server.port()) + "'");
}

TEST_CASE("Other answers about a host key are refused, too") {
  const SshServer server;
  make_key(server.path("rsa_key"), "rsa");
  const std::string right = server.known_hosts_line(server.path("host_key"));
  struct Case {
    std::string what, text;
    SshErrc code;
    std::string part;
  };
  const std::vector<Case> cases{
      {"another kind of key", server.known_hosts_line(server.path("rsa_key")), SshErrc::host_key_changed,
       "another kind"},
      {"revoked", right + "@revoked " + right, SshErrc::host_key_changed, "revoked"},
      {"another port", "127.0.0.1 " + test::read_file(server.path("host_key.pub")), SshErrc::host_key_unknown,
       "isn't known"},
      {"a certificate authority", "@cert-authority " + right, SshErrc::host_key_unknown, "isn't known"},
  };
  for (const auto& [what, text, code, part] : cases) {
    INFO(what);
    write_file(server.known_hosts(), text);
    const Outcome outcome = connect(server.target());
    CHECK(outcome.code == code);
    CHECK_HAS(outcome.message, part);
  }
}

TEST_CASE("Any of several known_hosts files may know the host, under any spelling") {
  const SshServer server;
  const std::string right = server.known_hosts_line(server.path("host_key"));
  const std::string junk = "x y z\n[127.0.0.1]:" + std::to_string(server.port()) + " ssh-new-kind AAAA\n" +
                           std::string(5000, 'x') + " ssh-rsa AAAA\n";
  SshTarget target = server.target();
  SECTION("the second file, after lines that can't be read") {
    write_file(server.known_hosts(), junk);
    write_file(server.path("second"), junk + right);
    target.options.push_back("UserKnownHostsFile=" + server.known_hosts().string() + " " +
                             server.path("second").string());
  }
  SECTION("the global file") {
    write_file(server.known_hosts(), "");
    write_file(server.path("second"), right);
    target.options.push_back("GlobalKnownHostsFile=" + server.path("second").string());
  }
  SECTION("hashed") {
    test::run_tool({"ssh-keygen", "-q", "-H", "-f", server.known_hosts().string()});
  }
  SECTION("a pattern") {
    write_file(server.known_hosts(), "[127.*]:* " + test::read_file(server.path("host_key.pub")));
  }
  SECTION("an alias") {
    write_file(server.known_hosts(), "board " + test::read_file(server.path("host_key.pub")));
    target.options.push_back("HostKeyAlias=board");
  }
  SECTION("beside a key of another kind that the server hasn't got") {
    make_key(server.path("rsa_key"), "rsa");
    write_file(server.known_hosts(), server.known_hosts_line(server.path("rsa_key")) + right);
  }
  const Outcome outcome = connect(target);
  INFO(outcome.message);
  CHECK_FALSE(outcome.code);
}

TEST_CASE("The kind of host key that is known is the one that is asked for") {
  const test::TempDir keys;
  make_key(keys.path() / "ecdsa", "ecdsa");
  const SshServer server("HostKey " + (keys.path() / "ecdsa").string());
  write_file(server.known_hosts(), server.known_hosts_line(keys.path() / "ecdsa"));
  const Outcome outcome = connect(server.target());
  INFO(outcome.message);
  REQUIRE_FALSE(outcome.code);
  CHECK(outcome.details.host_key_type == "ecdsa-sha2-nistp256");
}

TEST_CASE("A port without listener, without SSH, or without answer is unreachable") {
  SshTarget target;
  target.host = "127.0.0.1";
  target.config_file = "none";
  SECTION("nobody listens") {
    asio::io_context io;
    const std::string endpoint = listen_tcp(io.get_executor(), "127.0.0.1", 0)->endpoint();
    target.port = static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1)));
    const Outcome outcome = connect(target);
    CHECK(outcome.code == SshErrc::unreachable);
    CHECK_HAS(outcome.message, "Connection refused");
  }
  SECTION("no such name") {
    target.host = "no-such-host.invalid";
    CHECK(connect(target).code == SshErrc::unreachable);
  }
  for (const std::string greeting :
       {"HTTP/1.1 400 Bad Request\r\n\r\n", "", "SSH-2.0-x\r\nnonsense nonsense nonsense"}) {
    for (const bool stays : {false, true}) {
      DYNAMIC_SECTION("'" << greeting << "', and then " << (stays ? "silence" : "its end")) {
        std::error_code code;
        run([&]() -> asio::awaitable<void> {
          const auto executor = co_await asio::this_coro::executor;
          const std::shared_ptr<Listener> listener = listen_tcp(executor, "127.0.0.1", 0);
          test::start(executor, [listener, greeting, stays]() -> asio::awaitable<void> {
            const Accepted accepted = co_await listener->accept();
            co_await accepted.stream->write(greeting);
            if (stays) co_await test::sleep(std::chrono::seconds(50));
          });
          const std::string endpoint = listener->endpoint();
          target.port = static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1)));
          target.connect_timeout = std::chrono::seconds(1);
          try {
            co_await SshSession::connect(target, never);
          } catch (const SshError& error) {
            code = error.code();
          }
        });
        CHECK(code == SshErrc::unreachable);
      }
    }
  }
}

}  // namespace
}  // namespace rspbridge::transport
