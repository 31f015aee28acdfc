// The connection under an SSH session: a TCP socket, or a proxy command on a socket pair.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <asio/awaitable.hpp>

#include "transport/child.hpp"
#include "transport/deadline.hpp"
#include "transport/fd.hpp"
#include "transport/ssh_options.hpp"

namespace rspbridge::transport {

/// A proxy command that runs; ended with this object.
struct ProxyProcess {
  explicit ProxyProcess(Child process) : child(std::move(process)) {}
  Child child;
  /// The end of what it has written to stderr. Shared with the one who reads it.
  std::shared_ptr<std::string> complaints = std::make_shared<std::string>();
};

struct Dialed {
  UniqueFd fd;  ///< a stream socket that doesn't block
  bool is_tcp = false;
  std::shared_ptr<ProxyProcess> proxy;  ///< null for TCP
};

/// Connects to what `options` say. Throws SshError (unreachable). The deadline's action is set.
asio::awaitable<Dialed> dial(const SshOptions& options, Deadline& deadline);

}  // namespace rspbridge::transport
