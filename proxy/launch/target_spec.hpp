// TARGET of the command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <tl/expected.hpp>

namespace rspbridge::proxy::launch {

struct SshSpec {  ///< `[user@]host[:port]`, `ssh://[user@]host[:port]`
  std::string host;
  std::optional<std::string> user;
  std::optional<std::uint16_t> port;
};
struct TcpSpec {  ///< `tcp://host:port`
  std::string host;
  std::uint16_t port = 0;
};
struct UnixSpec {  ///< `unix:/path`
  std::string path;
};
struct ExecSpec {  ///< `exec:COMMAND`: a stub on the command's stdin and stdout; run by /bin/sh
  std::string command;
};
struct QemuSpec {};  ///< `qemu:`: qemu-aarch64's own stub

using TargetSpec = std::variant<SshSpec, TcpSpec, UnixSpec, ExecSpec, QemuSpec>;

/// IPv6 addresses are written in brackets. The error is a sentence.
tl::expected<TargetSpec, std::string> parse_target(std::string_view text);

struct HostPort {
  std::string host;
  std::uint16_t port = 0;
};

/// `[HOST:]PORT`; the host is `default_host` if there is none. The error is a sentence.
tl::expected<HostPort, std::string> parse_host_port(std::string_view text, std::string_view default_host);

}  // namespace rspbridge::proxy::launch
