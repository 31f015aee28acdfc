// What an SSH connection is made with, once the command line and the configuration are known.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "transport/ssh.hpp"

namespace rspbridge::transport {

/// Algorithms as libssh takes them: a comma-separated list, or empty for its default.
struct SshAlgorithms {
  std::string ciphers, macs, key_exchange, host_keys, public_keys;
};

struct SshOptions {
  std::string alias;     ///< the host as the user named it
  std::string hostname;  ///< where to connect
  std::string user;
  std::uint16_t port = 22;
  std::string known_as;  ///< the name to look for in known_hosts: "host" or "[host]:port", lower case

  std::vector<std::filesystem::path> identity_files;  ///< in the order to try
  bool identities_only = false;
  std::optional<std::string> agent_socket;  ///< nothing: there is no agent
  bool public_key_authentication = true;

  std::vector<std::filesystem::path> user_known_hosts, global_known_hosts;

  std::vector<std::string> proxy;     ///< what to run instead of connecting; empty: connect
  std::filesystem::path config_file;  ///< -F, for hints; empty without

  std::chrono::seconds connect_timeout{20}, alive_interval{15};
  int alive_count_max = 4;
  bool compression = false;
  std::uint64_t rekey_bytes = 0;  ///< 0: libssh's default
  SshAlgorithms algorithms;

  /// "user@host:port".
  std::string describe() const;
};

/// Reads the configuration files that `target` asks for. Throws SshError (bad_config).
SshOptions resolve_ssh_options(const SshTarget& target);

}  // namespace rspbridge::transport
