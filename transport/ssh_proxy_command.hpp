// What to run to reach a host that can't be connected to directly: ProxyCommand and ProxyJump.
#pragma once

#include <string>
#include <vector>

#include "transport/ssh_config.hpp"
#include "transport/ssh_options.hpp"
#include "transport/ssh_tokens.hpp"

namespace rspbridge::transport {

/// The command whose stdin and stdout are the connection; empty if there is none to run. A
/// ProxyJump becomes `ssh -W`, so that the jump host gets ssh's own treatment. `options` has the
/// host, the port, the user and the -F file. Throws SshError (bad_config).
std::vector<std::string> proxy_command(const SshConfig& config, const SshTokens& tokens,
                                       const SshOptions& options);

}  // namespace rspbridge::transport
