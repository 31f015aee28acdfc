// How socket addresses are written in messages, and what a connected TCP socket is set to.
#pragma once

#include <cstdint>
#include <string>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/ip/tcp.hpp>

namespace rspbridge::transport {

/// "127.0.0.1:2345" or "[::1]:2345".
std::string to_string(const asio::ip::tcp::endpoint& endpoint);

/// TCP_NODELAY and SO_KEEPALIVE. Throws std::system_error.
void tune(asio::ip::tcp::socket& socket);

/// One attempt to connect, which another coroutine or handler may end.
struct TcpAttempt {
  explicit TcpAttempt(const asio::any_io_executor& executor) : resolver(executor), socket(executor) {}
  /// connect_socket() then throws operation_aborted.
  void cancel() noexcept;

  asio::ip::tcp::resolver resolver;
  asio::ip::tcp::socket socket;
};

/// Resolves `host` and connects `attempt.socket`, trying every address that the name has. `attempt`
/// outlives the call. Throws std::system_error.
asio::awaitable<void> connect_socket(TcpAttempt& attempt, std::string host, std::uint16_t port);

}  // namespace rspbridge::transport
