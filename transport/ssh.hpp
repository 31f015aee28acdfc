// SSH by libssh, in the one asio loop: sessions, exec and direct-tcpip channels.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

#include "transport/command.hpp"
#include "transport/stream.hpp"

namespace rspbridge::transport {

/// What to connect to and how, as ssh's own command line has it.
struct SshTarget {
  std::string host;                 ///< a name; ssh_config may map it to another
  std::optional<std::string> user;  ///< user@ or -l
  std::optional<std::uint16_t> port;
  std::vector<std::filesystem::path> identity_files;  ///< -i, tried before ssh_config's
  std::optional<std::filesystem::path> config_file;   ///< -F; "none" reads no config at all
  std::vector<std::string> options;                   ///< -o "Keyword=value"; these win over the config file
  std::chrono::seconds connect_timeout{20};
  /// How often a silent server is asked whether it lives, and after how many unanswered questions
  /// the connection is given up. ssh_config's ServerAliveInterval/CountMax win.
  std::chrono::seconds alive_interval{15};
  int alive_count_max = 4;
};

/// Why an SSH connection failed; `SshError::code()` is one of these.
enum class SshErrc {
  bad_config = 1,  ///< an unreadable or wrong ssh_config, or an -o that isn't understood
  unreachable,     ///< no TCP connection, no SSH at the other end, or timed out
  host_key_unknown,
  host_key_changed,
  auth_failed,      ///< no key was accepted
  channel_refused,  ///< the server refused an exec or direct-tcpip channel
  connection_lost,
};
const std::error_category& ssh_category() noexcept;
std::error_code make_error_code(SshErrc code) noexcept;

/// what() is one or more whole sentences for the user: what happened, and what to do.
class SshError : public std::system_error {
 public:
  SshError(SshErrc code, std::string message);
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  std::string message_;
};

/// Asks the user for a passphrase; nothing if there is no terminal to ask on or they gave up.
using AskPassphrase = std::function<std::optional<std::string>(std::string_view prompt)>;
/// Asks on /dev/tty without echo.
std::optional<std::string> ask_on_terminal(std::string_view prompt);

/// One authenticated SSH connection; several channels at once. All on one thread. Channels keep the
/// connection alive as long as they live.
class SshSession : public std::enable_shared_from_this<SshSession> {
 public:
  virtual ~SshSession() = default;

  /// Connects, checks the host key strictly against known_hosts, authenticates with the agent and
  /// with key files. Throws SshError.
  static asio::awaitable<std::shared_ptr<SshSession>> connect(SshTarget target,
                                                              AskPassphrase ask = ask_on_terminal);

  /// Runs `command` by the login shell of the user on the target. With a pty, stdout and stderr are
  /// one (stdout). Throws SshError.
  virtual asio::awaitable<CommandPtr> exec(std::string command, std::optional<Pty> pty = {}) = 0;

  /// A TCP connection from the target to `host`:`port`, as the target sees them. Throws SshError.
  virtual asio::awaitable<StreamPtr> direct_tcpip(std::string host, std::uint16_t port) = 0;

  /// "user@host:port", after ssh_config.
  virtual std::string describe() const = 0;

  /// Host key's SHA256 fingerprint in OpenSSH's form, cipher and libssh's version: for `doctor`.
  struct Details {
    std::string host_key_type, fingerprint, cipher, libssh_version;
  };
  virtual Details details() const = 0;

  /// The server has been asked for a sign of life, and has given none for longer than a healthy link takes.
  struct Silence {
    std::chrono::steady_clock::time_point since;  ///< something waits for an answer
    std::chrono::steady_clock::time_point ends;   ///< the connection is given up if none comes before
  };
  /// `told` is called, from the loop, when the server falls silent, and with nothing when it answers again.
  /// What is sent and not answered at once makes us ask, so that is some seconds after a cut. Never without
  /// ServerAliveInterval. An empty function ends that.
  virtual void on_silence(std::function<void(const std::optional<Silence>&)> told) = 0;

  /// Ends the connection and every channel on it. May be called twice.
  virtual void close() noexcept = 0;
};

using SshSessionPtr = std::shared_ptr<SshSession>;

}  // namespace rspbridge::transport

template <>
struct std::is_error_code_enum<rspbridge::transport::SshErrc> : std::true_type {};
