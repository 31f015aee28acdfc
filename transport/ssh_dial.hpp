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
class ProxyProcess {
 public:
  /// `stderr_reader` doesn't block.
  ProxyProcess(Child child, UniqueFd stderr_reader)
      : child_(std::move(child)), stderr_reader_(std::move(stderr_reader)) {}

  /// Ends it, and takes what it still has to say. Blocks for at most 200 ms.
  void end();

  /// The end of what it has written to stderr, on one line.
  std::string complaints() const;

  /// Adds what it has written by now. False once it will write no more.
  bool listen();
  int stderr_reader() const noexcept { return stderr_reader_.get(); }

 private:
  Child child_;
  UniqueFd stderr_reader_;
  std::string heard_;
};

struct Dialed {
  UniqueFd fd;  ///< a stream socket that doesn't block
  bool is_tcp = false;
  std::shared_ptr<ProxyProcess> proxy;  ///< null for TCP
};

/// Connects to what `options` say. Throws SshError (unreachable). The deadline's action is set.
asio::awaitable<Dialed> dial(const SshOptions& options, Deadline& deadline);

}  // namespace rspbridge::transport
