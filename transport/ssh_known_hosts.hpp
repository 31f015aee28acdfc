// What the known_hosts files (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT) say about one host.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "transport/fd.hpp"
#include "transport/ssh_handles.hpp"
#include "transport/ssh_options.hpp"

namespace rspbridge::transport {

class SshKnownHosts {
 public:
  /// Reads every file that `options` names. A file that isn't there is an empty one; lines that
  /// can't be understood, or are about other hosts, are passed over.
  explicit SshKnownHosts(const SshOptions& options);

  /// A file for libssh with the known keys of this host and no other, under the name sole_host, so
  /// that libssh asks the server for a kind of key that is known. Lives as long as this object.
  std::string path_for_libssh() const;
  static constexpr const char* sole_host = "target";

  /// Throws SshError (host_key_unknown, host_key_changed) unless `key`, the server's, is known and
  /// not revoked.
  void check(ssh_key key, const SshOptions& options) const;

  const std::vector<std::filesystem::path>& files() const noexcept { return files_; }

 private:
  struct Entry {
    std::filesystem::path file;
    int line;
    bool revoked;
    SshKeyHandle key;
  };
  void read(const std::filesystem::path& file, const std::string& known_as);
  void write_for_libssh();

  std::vector<Entry> entries_;
  std::vector<std::filesystem::path> files_;
  UniqueFd for_libssh_;
};

/// "SHA256:…" as OpenSSH writes it.
std::string fingerprint(ssh_key key);
/// "ssh-ed25519" and so on.
std::string key_type(ssh_key key);

}  // namespace rspbridge::transport
