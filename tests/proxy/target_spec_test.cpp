#include "proxy/launch/target_spec.hpp"

#include <string>

#include "tests/support/catch.hpp"

using namespace rspbridge::proxy::launch;

namespace {
std::string shown(const TargetSpec& spec) {
  struct Show {
    std::string operator()(const SshSpec& s) const {
      return "ssh " + s.user.value_or("-") + " " + s.host + " " + (s.port ? std::to_string(*s.port) : "-");
    }
    std::string operator()(const TcpSpec& t) const { return "tcp " + t.host + " " + std::to_string(t.port); }
    std::string operator()(const UnixSpec& u) const { return "unix " + u.path; }
    std::string operator()(const ExecSpec& e) const { return "exec " + e.command; }
    std::string operator()(const QemuSpec&) const { return "qemu"; }
  };
  return std::visit(Show{}, spec);
}
}  // namespace

TEST_CASE("targets") {
  struct Row {
    const char *text, *expected;
  };
  for (auto [text, expected] :
       {Row{"board", "ssh - board -"},
        {"root@board", "ssh root board -"},
        {"a@b@board:2200", "ssh a@b board 2200"},
        {"ssh://dev@board:22/", "ssh dev board 22"},
        {"ssh://[fe80::1]:22", "ssh - fe80::1 22"},
        {"dev@[::1]", "ssh dev ::1 -"},
        {"tcp://10.0.0.1:2345", "tcp 10.0.0.1 2345"},
        {"tcp://[::1]:2345", "tcp ::1 2345"},
        {"unix:/tmp/x y", "unix /tmp/x y"},
        {"exec:qemu-system-aarch64 -gdb stdio", "exec qemu-system-aarch64 -gdb stdio"},
        {"qemu:", "qemu"}}) {
    INFO(text);
    auto spec = parse_target(text);
    REQUIRE(spec);
    CHECK(shown(*spec) == expected);
  }
}

TEST_CASE("what is no target is refused in words") {
  for (const char* text : {"", "@board", "board:", "board:x", "board:70000", "fe80::1:22", "ssh://",
                           "ssh://[::1", "[::1]22", "tcp://board", "tcp://board:0", "tcp://:2345",
                           "unix:", "exec:", "http://board", "-oProxyCommand=x", "a/b"}) {
    INFO(text);
    auto spec = parse_target(text);
    REQUIRE_FALSE(spec);
    CHECK(spec.error().size() > 10);
  }
}

TEST_CASE("[HOST:]PORT") {
  struct Row {
    const char *text, *host;
    int port;  // -1: refused
  };
  for (auto [text, host, port] : {Row{"2345", "127.0.0.1", 2345},
                                  {"0", "127.0.0.1", 0},
                                  {":7", "127.0.0.1", 7},
                                  {"::1:7", "", -1},
                                  {"[::1]:7", "::1", 7},
                                  {"localhost:65535", "localhost", 65535},
                                  {"65536", "", -1},
                                  {"", "", -1},
                                  {"h:", "", -1}}) {
    INFO(text);
    auto parsed = parse_host_port(text, "127.0.0.1");
    REQUIRE(parsed.has_value() == (port >= 0));
    if (parsed) CHECK((parsed->host == host && parsed->port == port));
  }
}
