// Authentication by public key: the agent's keys, then key files.
#pragma once

#include <asio/awaitable.hpp>

#include "transport/deadline.hpp"
#include "transport/ssh_link.hpp"

namespace rspbridge::transport {

/// Throws SshError (auth_failed) with a list of what was tried. The time that `ask` takes is given
/// back to `deadline`. All references outlive the call.
asio::awaitable<void> authenticate(SshLink& link, const SshOptions& options, const AskPassphrase& ask,
                                   Deadline& deadline);

}  // namespace rspbridge::transport
