#include "transport/ssh_options.hpp"

#include <stdlib.h>

#include "tests/support/catch.hpp"
#include "tests/transport/ssh_server.hpp"
#include "transport/local_user.hpp"
#include "transport/ssh_tokens.hpp"

namespace rspbridge::transport {
namespace {

using Files = std::vector<std::filesystem::path>;

// Resolves "board" with a -F file of this text.
struct Resolver {
  test::TempDir dir;
  SshTarget target;
  Resolver() {
    target.host = "board";
    target.config_file = dir.path() / "config";
  }
  SshOptions resolve(const std::string& text) const {
    test::write_file(*target.config_file, text);
    return resolve_ssh_options(target);
  }
  std::string error(const std::string& text) const {
    try {
      resolve(text);
    } catch (const SshError& thrown) {
      CHECK(thrown.code() == SshErrc::bad_config);
      return thrown.what();
    }
    return "";
  }
};

TEST_CASE("Without configuration, ssh's own defaults hold") {
  SshTarget target;
  target.host = "Board";
  target.config_file = "none";
  const SshOptions options = resolve_ssh_options(target);
  const std::filesystem::path directory = std::filesystem::path(local_home()) / ".ssh";
  CHECK(options.describe() == local_user_name() + "@Board:22");
  CHECK(options.known_as == "board");
  CHECK(options.identity_files ==
        Files{directory / "id_ed25519", directory / "id_ecdsa", directory / "id_rsa"});
  CHECK(options.user_known_hosts == Files{directory / "known_hosts", directory / "known_hosts2"});
  CHECK(options.global_known_hosts == Files{"/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"});
  CHECK(options.proxy.empty());
  CHECK(options.connect_timeout == std::chrono::seconds(20));
  CHECK(options.alive_interval == std::chrono::seconds(15));
  CHECK(options.alive_count_max == 4);
  CHECK(options.algorithms.ciphers.starts_with("aes128-gcm@openssh.com,aes256-gcm@openssh.com,"));
  CHECK(options.algorithms.ciphers.find("chacha20") != std::string::npos);
}

TEST_CASE("The command line wins over the file, and the file over the defaults") {
  Resolver resolver;
  const std::string text =
      "HostName %h.lab\nUser dev\nPort 2222\nServerAliveInterval 1m\nServerAliveCountMax 9\nConnectTimeout "
      "3\n"
      "IdentityFile /keys/%r@%h:%p\nIdentityFile ~/two\nIdentitiesOnly yes\nUserKnownHostsFile /a \"/b c\"\n";
  const SshOptions plain = resolver.resolve(text);
  CHECK(plain.describe() == "dev@board.lab:2222");
  CHECK(plain.known_as == "[board.lab]:2222");
  CHECK(plain.identity_files == Files{"/keys/dev@board.lab:2222", local_home() + "/two"});
  CHECK(plain.identities_only);
  CHECK(plain.user_known_hosts == Files{"/a", "/b c"});
  CHECK(plain.alive_interval == std::chrono::seconds(60));
  CHECK(plain.alive_count_max == 9);
  CHECK(plain.connect_timeout == std::chrono::seconds(3));

  resolver.target.user = "root";
  resolver.target.port = std::uint16_t{22};
  resolver.target.identity_files = {"/mine"};
  resolver.target.options = {"HostName=elsewhere", "Port=5", "HostKeyAlias=Alias"};
  const SshOptions mine = resolver.resolve(text);
  CHECK(mine.describe() == "root@elsewhere:22");
  CHECK(mine.known_as == "alias");
  CHECK(mine.identity_files.front() == "/mine");
  CHECK(mine.identity_files.size() == 3);
}

TEST_CASE("The agent's socket comes from the configuration or the environment") {
  const Resolver resolver;
  ::setenv("SSH_AUTH_SOCK", "/environment", 1);
  ::setenv("RSPBRIDGE_TEST_AGENT", "/other", 1);
  CHECK(resolver.resolve("").agent_socket == "/environment");
  CHECK_FALSE(resolver.resolve("IdentityAgent none\n").agent_socket.has_value());
  CHECK(resolver.resolve("IdentityAgent /configured\n").agent_socket == "/configured");
  CHECK(resolver.resolve("IdentityAgent $RSPBRIDGE_TEST_AGENT\n").agent_socket == "/other");
  CHECK(resolver.resolve("IdentityAgent ${RSPBRIDGE_TEST_AGENT}/x\n").agent_socket == "/other/x");
  ::unsetenv("SSH_AUTH_SOCK");
  ::unsetenv("RSPBRIDGE_TEST_AGENT");
  CHECK_FALSE(resolver.resolve("").agent_socket.has_value());
  CHECK(resolver.error("IdentityAgent ${RSPBRIDGE_TEST_AGENT}/x\n").find("RSPBRIDGE_TEST_AGENT") !=
        std::string::npos);
}

TEST_CASE("A ProxyJump becomes the command that ssh itself would run") {
  const Resolver resolver;
  const std::string file = resolver.target.config_file->string();
  const auto proxy = [&](const std::string& line) {
    return resolver.resolve("Port 24\n" + line + "\n").proxy;
  };
  using Words = std::vector<std::string>;
  CHECK(proxy("ProxyJump gate") == Words{"ssh", "-F", file, "-W", "[board]:24", "gate"});
  CHECK(proxy("ProxyJump me@first:23,second") ==
        Words{"ssh", "-F", file, "-J", "me@first:23", "-W", "[board]:24", "second"});
  CHECK(proxy("ProxyJump first,ssh://me@[::1]:99") ==
        Words{"ssh", "-F", file, "-l", "me", "-p", "99", "-J", "first", "-W", "[board]:24", "::1"});
  CHECK(proxy("ProxyJump none").empty());
  CHECK(proxy("ProxyJump board:24").empty());  // itself
  CHECK(proxy("ProxyCommand none").empty());
  const Words command = proxy("ProxyCommand nc %h %p \"%%\" # x");
  REQUIRE(command.size() == 3);
  CHECK(command[1] == "-c");
  CHECK(command[2] == "exec nc board 24 \"%\" # x");
  for (const std::string jump : {"-oProxyCommand=x", "a@-b", "[::1", "host:port", "@"}) {
    INFO(jump);
    CHECK(resolver.error("ProxyJump " + jump + "\n") != "");
  }
}

TEST_CASE("Values that make no sense are named") {
  const Resolver resolver;
  CHECK(resolver.error("Port 70000\n").find("Port") != std::string::npos);
  CHECK(resolver.error("Port 0\n") != "");
  CHECK(resolver.error("ServerAliveInterval soon\n").find("soon") != std::string::npos);
  CHECK(resolver.error("RekeyLimit many\n") != "");
  CHECK(resolver.error("IdentityFile /%C\n").find("%") != std::string::npos);
  CHECK(resolver.error("HostName -oProxyCommand=x\n") != "");
  CHECK(resolver.resolve("RekeyLimit 2G 1h\n").rekey_bytes == std::uint64_t{2} << 30);
  CHECK(resolver.resolve("StrictHostKeyChecking no\n").describe() != "");
}

TEST_CASE("Durations and sizes have units") {
  using std::chrono::seconds;
  CHECK(parse_duration("0") == seconds(0));
  CHECK(parse_duration("90") == seconds(90));
  CHECK(parse_duration("1h30M5s") == seconds(5405));
  CHECK(parse_duration("1w") == seconds(604800));
  for (const char* text : {"", "x", "1x", "-1", "h", "99999999999999999999", "99999w"})
    CHECK_FALSE(parse_duration(text).has_value());
  CHECK(parse_size("1000") == 1000u);
  CHECK(parse_size("16K") == 16384u);
  for (const char* text : {"", "K", "1KK", "1T", "99999999999999999G"})
    CHECK_FALSE(parse_size(text).has_value());
}

TEST_CASE("Lists of algorithms may add to the defaults, take from them, or go first") {
  CHECK(combine_algorithms("", "a,b") == "a,b");
  CHECK(combine_algorithms("c,d", "a,b") == "c,d");
  CHECK(combine_algorithms("+c", "a,b") == "a,b,c");
  CHECK(combine_algorithms("-b*,c", "a,b1,b2") == "a");
  CHECK(combine_algorithms("^b", "a,b,c") == "b,a,c");
}

}  // namespace
}  // namespace rspbridge::transport
