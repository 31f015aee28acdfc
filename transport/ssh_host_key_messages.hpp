// What a user is told about a host key that isn't accepted.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "transport/ssh_options.hpp"

namespace rspbridge::transport {

struct HostKeyFacts {
  const SshOptions& options;
  std::string type, fingerprint;                    ///< of the key that the server showed
  const std::vector<std::filesystem::path>& files;  ///< the known_hosts files that were read
};

struct KnownHostsLine {
  std::filesystem::path file;
  int line;
};

SshError host_key_not_known(const HostKeyFacts& facts);
SshError host_key_differs(const HostKeyFacts& facts, const KnownHostsLine& known);
SshError host_key_of_other_kind(const HostKeyFacts& facts, const KnownHostsLine& known,
                                const std::string& known_type);
SshError host_key_revoked(const HostKeyFacts& facts, const KnownHostsLine& known);

/// libssh's own check didn't confirm the key; `answer` is its number.
SshError host_key_not_confirmed(const HostKeyFacts& facts, int answer);

}  // namespace rspbridge::transport
