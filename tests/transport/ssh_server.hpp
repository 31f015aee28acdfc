// A real sshd on a loopback port, with keys and files of its own, for as long as a test.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/transport/temp_dir.hpp"
#include "transport/child.hpp"
#include "transport/ssh.hpp"

namespace rspbridge::transport::test {

/// Runs a program to its end; throws if it doesn't exit with 0 within ten seconds.
void run_tool(const std::vector<std::string>& argv);
void write_file(const std::filesystem::path& path, std::string_view text);
std::string read_file(const std::filesystem::path& path);

/// Makes a key pair without comment. `passphrase` may be empty.
void make_key(const std::filesystem::path& file, const std::string& type = "ed25519",
              const std::string& passphrase = "");

class SshServer {
 public:
  /// `more` is added to sshd_config. Throws std::runtime_error if sshd isn't installed.
  explicit SshServer(const std::string& more = "");

  std::uint16_t port() const noexcept { return port_; }
  std::filesystem::path path(const std::string& name) const { return dir_.path() / name; }
  /// The private key that the server accepts; there is "user_key.pub" beside it.
  std::filesystem::path user_key() const { return path("user_key"); }
  std::filesystem::path ssh_config() const { return path("ssh_config"); }
  std::filesystem::path known_hosts() const { return path("known_hosts"); }

  /// A target that works, by -F ssh_config and nothing else.
  SshTarget target() const;

  /// Makes `file` (a private key's path) the only key that is accepted.
  void accept_only(const std::filesystem::path& file) const;
  /// What known_hosts should have for a host key.
  std::string known_hosts_line(const std::filesystem::path& host_key) const;

  /// Ends the listening process. Connections go on.
  void stop() { sshd_.reset(); }
  std::string log() const { return read_file(path("log")); }

 private:
  void start();
  TempDir dir_;
  std::uint16_t port_ = 0;
  std::optional<Child> sshd_;
};

/// A real ssh-agent that holds `keys`.
class SshAgent {
 public:
  explicit SshAgent(const std::vector<std::filesystem::path>& keys);
  std::string socket() const { return (dir_.path() / "agent").string(); }

 private:
  TempDir dir_;
  std::optional<Child> agent_;
};

}  // namespace rspbridge::transport::test
