#include "proxy/launch/target_spec.hpp"

#include <charconv>
#include <utility>

namespace rspbridge::proxy::launch {
namespace {

using Text = std::string;
template <typename T>
using Result = tl::expected<T, std::string>;

tl::unexpected<Text> wrong(std::string text) {
  return tl::unexpected<Text>(std::move(text));
}

Result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size())
    return wrong("'" + Text(text) + "' is no port: it must be a number from 0 to 65535");
  return port;
}

// A host, and what follows its last colon, if there is one.
Result<std::pair<std::string, std::optional<std::string>>> split_host(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos)
      return wrong("'" + Text(text) + "': the ] after the IPv6 address is missing");
    const auto rest = text.substr(end + 1);
    if (rest.empty()) return std::pair{Text(text.substr(1, end - 1)), std::optional<Text>()};
    if (!rest.starts_with(':')) return wrong("'" + Text(text) + "': only :PORT may follow the ]");
    return std::pair{Text(text.substr(1, end - 1)), std::optional<Text>(Text(rest.substr(1)))};
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::pair{Text(text), std::optional<Text>()};
  if (text.find(':', colon + 1) != std::string_view::npos)
    return wrong("'" + Text(text) +
                 "' has several colons: write an IPv6 address in brackets, as in [fe80::1]:2345");
  return std::pair{Text(text.substr(0, colon)), std::optional<Text>(Text(text.substr(colon + 1)))};
}

Result<TargetSpec> parse_ssh(std::string_view text) {
  SshSpec spec;
  if (const auto at = text.rfind('@'); at != std::string_view::npos) {
    spec.user = Text(text.substr(0, at));
    text.remove_prefix(at + 1);
    if (spec.user->empty()) return wrong("the user before the @ is missing");
  }
  auto host = split_host(text);
  if (!host) return wrong(host.error());
  if (host->first.empty() || host->first.starts_with('-') || host->first.find('/') != Text::npos)
    return wrong("'" + host->first + "' is no host name");
  spec.host = host->first;
  if (host->second) {
    auto port = parse_port(*host->second);
    if (!port) return wrong(port.error());
    if (*port == 0) return wrong("port 0 can't be connected to");
    spec.port = *port;
  }
  return TargetSpec{spec};
}

}  // namespace

tl::expected<HostPort, std::string> parse_host_port(std::string_view text, std::string_view default_host) {
  HostPort result{Text(default_host), 0};
  std::string port_text(text);
  if (text.find(':') != std::string_view::npos) {
    auto host = split_host(text);
    if (!host) return wrong(host.error());
    if (!host->second) return wrong("'" + Text(text) + "': the port is missing");
    if (!host->first.empty()) result.host = host->first;
    port_text = *host->second;
  }
  auto port = parse_port(port_text);
  if (!port) return wrong(port.error());
  result.port = *port;
  return result;
}

tl::expected<TargetSpec, std::string> parse_target(std::string_view text) {
  auto rest = [&](std::string_view scheme) -> std::optional<std::string_view> {
    if (!text.starts_with(scheme)) return std::nullopt;
    return text.substr(scheme.size());
  };
  if (text.empty()) return wrong("the target is empty");
  if (auto r = rest("ssh://")) return parse_ssh(r->ends_with('/') ? r->substr(0, r->size() - 1) : *r);
  if (auto r = rest("tcp://")) {
    auto address = parse_host_port(*r, "");
    if (r->find(':') == std::string_view::npos || r->starts_with(':'))
      return wrong("'" + Text(text) + "' lacks the host or the port; write tcp://host:port");
    if (!address) return wrong(address.error());
    if (address->host.empty())
      return wrong("'" + Text(text) + "': the host is missing; write tcp://host:port");
    if (address->port == 0) return wrong("'" + Text(text) + "': port 0 can't be connected to");
    return TargetSpec{TcpSpec{address->host, address->port}};
  }
  if (auto r = rest("unix:")) {
    if (r->empty()) return wrong("the path after unix: is missing");
    return TargetSpec{UnixSpec{Text(*r)}};
  }
  if (auto r = rest("exec:")) {
    if (r->empty()) return wrong("the command after exec: is missing");
    return TargetSpec{ExecSpec{Text(*r)}};
  }
  if (text == "qemu:") return TargetSpec{QemuSpec{}};
  if (text.find("://") != std::string_view::npos)
    return wrong("'" + Text(text) +
                 "' has a scheme that is not known: ssh://, tcp://, unix:, exec: and qemu: are");
  return parse_ssh(text);
}

}  // namespace rspbridge::proxy::launch
