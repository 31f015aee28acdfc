#include "transport/ssh_proxy_command.hpp"

#include <strings.h>

#include <cstdlib>

namespace rspbridge::transport {
namespace {

struct Jump {
  std::string user, host, port;
};

// "[user@]host[:port]", "[user@][v6]:port" or the same as an ssh:// URI.
Jump parse_jump(std::string_view text) {
  const std::string whole(text);
  if (text.starts_with("ssh://")) text.remove_prefix(6);
  Jump jump;
  if (const auto at = text.rfind('@'); at != std::string_view::npos) {
    jump.user = text.substr(0, at);
    text.remove_prefix(at + 1);
  }
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) text = {};
    jump.host =
        text.substr(std::min<std::size_t>(1, text.size()), end == std::string_view::npos ? 0 : end - 1);
    text.remove_prefix(text.empty() ? 0 : end + 1);
    if (text.starts_with(':')) jump.port = text.substr(1);
  } else {
    const auto colon = text.find(':');
    jump.host = text.substr(0, colon);
    if (colon != std::string_view::npos) jump.port = text.substr(colon + 1);
  }
  const bool port_is_number = jump.port.find_first_not_of("0123456789") == std::string::npos;
  if (jump.host.empty() || jump.host.starts_with('-') || jump.user.starts_with('-') || !port_is_number)
    throw SshError(SshErrc::bad_config, "'" + whole + "' isn't a host that ProxyJump can take.");
  return jump;
}

std::vector<std::string> jump_command(const std::string& jumps, const SshOptions& options) {
  const auto comma = jumps.rfind(',');  // the last one is nearest to the target
  const Jump last = parse_jump(comma == std::string::npos ? jumps : jumps.substr(comma + 1));
  const std::string port = last.port.empty() ? "22" : last.port;
  if (::strcasecmp(last.host.c_str(), options.hostname.c_str()) == 0 && port == std::to_string(options.port))
    return {};  // as ssh does: a "Host *" with a ProxyJump applies to the jump host itself, too
  std::vector<std::string> command{"ssh"};
  const auto add = [&command](const char* option, const std::string& value) {
    if (!value.empty()) command.insert(command.end(), {option, value});
  };
  add("-F", options.config_file.string());
  add("-l", last.user);
  add("-p", last.port);
  if (comma != std::string::npos) add("-J", jumps.substr(0, comma));
  add("-W", "[" + options.hostname + "]:" + std::to_string(options.port));
  command.push_back(last.host);
  return command;
}

}  // namespace

std::vector<std::string> proxy_command(const SshConfig& config, const SshTokens& tokens,
                                       const SshOptions& options) {
  // ssh takes whichever comes first; when both are given here, the jump wins.
  if (const auto jumps = config.value("proxyjump"); jumps && ::strcasecmp(jumps->c_str(), "none") != 0)
    return jump_command(*jumps, options);
  const auto commands = config.all("proxycommand");
  if (commands.empty() || ::strcasecmp(commands.front().c_str(), "none") == 0) return {};
  const char* shell = std::getenv("SHELL");
  // As is, quotes and all: the shell reads it.
  return {shell && *shell ? shell : "/bin/sh", "-c", "exec " + expand_tokens(commands.front(), tokens)};
}

}  // namespace rspbridge::transport
