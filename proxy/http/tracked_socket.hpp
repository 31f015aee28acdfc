// Connections that can be ended from outside.
#pragma once

#include <cstddef>
#include <set>

#include <asio/execution_context.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

namespace rspbridge::proxy::http {

/// A TCP socket that its io_context's OpenSockets knows, wherever it is moved. The HTTP library owns the
/// connections and offers no way to end one.
class TrackedSocket : public asio::ip::tcp::socket {
 public:
  explicit TrackedSocket(asio::io_context& context);
  TrackedSocket(TrackedSocket&& other) noexcept;
  TrackedSocket& operator=(TrackedSocket&& other) = delete;
  ~TrackedSocket();

 private:
  asio::io_context& context_;
};

/// All TrackedSockets of one io_context.
class OpenSockets : public asio::execution_context::service {
 public:
  static asio::execution_context::id id;

  explicit OpenSockets(asio::execution_context& context) : service(context) {}

  /// Shuts down the connection of `ours` with `peer`, if there is one: whoever reads or writes it then gets
  /// an error, and closes it.
  void shut_down(const asio::ip::tcp::endpoint& ours, const asio::ip::tcp::endpoint& peer) noexcept;
  /// The same for all connections that came to `ours`, whose address may be the unspecified one.
  void shut_down_all(const asio::ip::tcp::endpoint& ours) noexcept;

 private:
  friend class TrackedSocket;
  void shutdown() override {}

  std::set<TrackedSocket*> sockets_;
};

}  // namespace rspbridge::proxy::http
