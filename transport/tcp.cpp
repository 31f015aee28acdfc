#include "transport/tcp.hpp"

#include <asio/connect.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include "transport/errors.hpp"
#include "transport/socket_address.hpp"
#include "transport/socket_stream.hpp"

namespace rspbridge::transport {

using asio::ip::tcp;
using unix_socket = asio::local::stream_protocol::socket;

std::string to_string(const tcp::endpoint& endpoint) {
  const auto address = endpoint.address().to_string();
  const auto port = std::to_string(endpoint.port());
  return endpoint.address().is_v6() ? "[" + address + "]:" + port : address + ":" + port;
}

void tune(tcp::socket& socket) {
  socket.set_option(tcp::no_delay(true));
  socket.set_option(tcp::socket::keep_alive(true));
}

void TcpAttempt::cancel() noexcept {
  resolver.cancel();
  std::error_code closed_anyway;
  socket.close(closed_anyway);
}

namespace {

asio::awaitable<void> resolve_and_connect(TcpAttempt& attempt, std::string host, std::uint16_t port) {
  std::error_code not_numeric;
  const auto address = asio::ip::make_address(host, not_numeric);
  if (!not_numeric) {
    const tcp::endpoint endpoint(address, port);
    co_await attempt.socket.async_connect(endpoint, asio::use_awaitable);
  } else {
    const std::string service = std::to_string(port);
    const auto numeric_port = tcp::resolver::numeric_service;
    auto endpoints =
        co_await attempt.resolver.async_resolve(host, service, numeric_port, asio::use_awaitable);
    co_await asio::async_connect(attempt.socket, endpoints, asio::use_awaitable);
  }
}

}  // namespace

asio::awaitable<void> connect_socket(TcpAttempt& attempt, std::string host, std::uint16_t port) {
  try {
    co_await resolve_and_connect(attempt, host, port);
    tune(attempt.socket);
  } catch (const std::system_error& error) {
    fail(error.code(), "connecting to " + host + " port " + std::to_string(port));
  }
}

asio::awaitable<StreamPtr> connect_tcp(std::string host, std::uint16_t port) {
  TcpAttempt attempt(co_await asio::this_coro::executor);
  co_await connect_socket(attempt, std::move(host), port);
  std::string peer = to_string(attempt.socket.remote_endpoint());
  co_return make_socket_stream(std::move(attempt.socket), std::move(peer));
}

asio::awaitable<StreamPtr> connect_unix(std::filesystem::path path) {
  const auto executor = co_await asio::this_coro::executor;
  unix_socket socket(executor);
  const asio::local::stream_protocol::endpoint endpoint(path.string());
  std::error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  co_await socket.async_connect(endpoint, token);
  if (error) fail(error, "connecting to " + path.string());
  co_return make_socket_stream(std::move(socket), "unix:" + path.string());
}

}  // namespace rspbridge::transport
