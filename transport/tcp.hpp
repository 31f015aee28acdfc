// TCP and unix sockets: connecting, listening on this host only, and who is at the other end.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <sys/types.h>
#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

#include "transport/stream.hpp"

namespace rspbridge::transport {

/// Connects with TCP_NODELAY and keepalive. `host` may be a name or an address (IPv6 without
/// brackets). Tries every address that the name has. Throws std::system_error.
asio::awaitable<StreamPtr> connect_tcp(std::string host, std::uint16_t port);

asio::awaitable<StreamPtr> connect_unix(std::filesystem::path path);

/// Who connected.
struct Peer {
  std::optional<uid_t> uid;  ///< nothing if the kernel couldn't tell
  std::optional<pid_t> pid;  ///< over TCP only if the process is this user's
  std::string address;       ///< for messages
};

struct Accepted {
  StreamPtr stream;
  Peer peer;
};

/// A listening socket on this host. The destructor closes it and removes the path of a unix socket.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual asio::awaitable<Accepted> accept() = 0;
  /// Ends a pending accept() with operation_aborted.
  virtual void close() noexcept = 0;
  /// "127.0.0.1:2345", "[::1]:2345" or "unix:/path"; with the port that was picked.
  virtual std::string endpoint() const = 0;
};

using ListenerPtr = std::unique_ptr<Listener>;

/// Listens on a loopback address; anything else throws std::invalid_argument. Port 0 picks one.
/// `host` may be "127.0.0.1", "::1", "localhost" or another address in 127.0.0.0/8.
/// Throws std::system_error (address_in_use).
ListenerPtr listen_tcp(const asio::any_io_executor& executor, const std::string& host, std::uint16_t port);

/// Listens on `path`, mode 0600. A socket there on which nobody listens is replaced; anything else
/// in the way is address_in_use.
ListenerPtr listen_unix(const asio::any_io_executor& executor, const std::filesystem::path& path);

}  // namespace rspbridge::transport
