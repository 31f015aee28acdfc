#include <signal.h>

#include "tests/support/catch.hpp"
#include "tests/transport/ssh_session_run.hpp"
#include "transport/local_user.hpp"

namespace rspbridge::transport {
namespace {

using test::SshServer;
using test::with_session;

// Adds a block to a server's ssh_config that reaches it by way of `jump`, under the name "inner".
void go_by_way_of(const SshServer& server, const std::string& how) {
  test::write_file(server.ssh_config(), "Host inner\n  HostName 127.0.0.1\n  Port " +
                                            std::to_string(server.port()) + "\n  " + how + "\nHost *\n" +
                                            test::read_file(server.ssh_config()));
}

void check_megabyte(const SshTarget& target) {
  with_session(target, [](SshSessionPtr session) -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    const CommandPtr command = co_await session->exec("cat");
    const std::string sent = test::pattern(1 << 20);
    test::start(executor, [&]() -> asio::awaitable<void> {
      co_await command->write_stdin(sent);
      command->close_stdin();
    });
    const std::string received = co_await test::read_all(*command);
    CHECK((received == sent));
  });
}

std::string failure(const SshTarget& target) {
  try {
    with_session(target, [](SshSessionPtr) -> asio::awaitable<void> { co_return; });
  } catch (const SshError& error) {
    CHECK(error.code() == SshErrc::unreachable);
    return error.what();
  }
  return "";
}

// Two servers: one to be reached, one on the way, both by the first one's files.
struct Pair {
  SshServer inner, outer;
  Pair() {
    test::write_file(outer.path("authorized_keys"), test::read_file(inner.user_key().string() + ".pub"));
    const std::string outer_line = outer.known_hosts_line(outer.path("host_key"));
    test::write_file(inner.known_hosts(), inner.known_hosts_line(inner.path("host_key")) + outer_line +
                                              "[localhost]" + outer_line.substr(outer_line.find(']') + 1));
  }
  std::string outer_address(const std::string& host = "127.0.0.1") const {
    return local_user_name() + "@" + host + ":" + std::to_string(outer.port());
  }
  SshTarget target() const {
    SshTarget target = inner.target();
    target.host = "inner";
    target.port.reset();
    return target;
  }
};

TEST_CASE("ProxyJump goes through ssh -W, with the same -F file") {
  const Pair servers;
  SECTION("in the file") {
    go_by_way_of(servers.inner, "ProxyJump " + servers.outer_address());
    check_megabyte(servers.target());
  }
  SECTION("as an option, by two hosts") {
    go_by_way_of(servers.inner, "Compression no");
    SshTarget target = servers.target();
    target.options = {"ProxyJump=" + servers.outer_address("localhost") + ",ssh://" +
                      servers.outer_address()};
    check_megabyte(target);
  }
  CHECK(servers.outer.log().find("Accepted publickey") != std::string::npos);
  CHECK(servers.inner.log().find("Accepted publickey") != std::string::npos);
}

TEST_CASE("A jump host that refuses is quoted") {
  const Pair servers;
  go_by_way_of(servers.inner, "ProxyJump " + servers.outer_address());
  servers.outer.accept_only(servers.outer.path("host_key"));
  const std::string message = failure(servers.target());
  CAPTURE(message);
  CHECK(message.find("Permission denied") != std::string::npos);
}

TEST_CASE("ProxyCommand has its tokens expanded, and a shell") {
  const SshServer server;
  // The ssh inside reads the same file, but asks for 127.0.0.1, which isn't "inner".
  go_by_way_of(server, "ProxyCommand sh -c ': %n %r; exec ssh -F " + server.ssh_config().string() +
                           " -p %p -W %h:%p %h'");
  SshTarget target = server.target();
  target.host = "inner";
  target.port.reset();
  check_megabyte(target);
}

TEST_CASE("A proxy command that ends at once is unreachable, with its complaint") {
  const SshServer server;
  SshTarget target = server.target();
  target.options = {"ProxyCommand=echo no way >&2; exit 1"};
  const std::string message = failure(target);
  CAPTURE(message);
  CHECK(message.find("no way") != std::string::npos);
}

TEST_CASE("A proxy command that never answers is given up, and ended") {
  const SshServer server;
  SshTarget target = server.target();
  target.connect_timeout = std::chrono::seconds(1);
  target.options = {"ProxyCommand=sh -c 'echo $$ > " + server.path("pid").string() + "; exec sleep 1000'"};
  CHECK(failure(target).find("within 1 seconds") != std::string::npos);
  const int pid = std::stoi(test::read_file(server.path("pid")));
  CHECK(::kill(pid, 0) != 0);
}

}  // namespace
}  // namespace rspbridge::transport
