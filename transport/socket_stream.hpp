// A Stream over any connected asio stream socket.
#pragma once

#include <sys/socket.h>

#include <string>
#include <utility>

#include <asio/buffer.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include "transport/errors.hpp"
#include "transport/stream.hpp"

namespace rspbridge::transport {

/// `Socket` is asio::ip::tcp::socket or asio::local::stream_protocol::socket, connected.
template <class Socket>
class SocketStream final : public Stream {
 public:
  SocketStream(Socket socket, std::string peer) : socket_(std::move(socket)), peer_(std::move(peer)) {}

  asio::awaitable<std::size_t> read_some(std::span<char> into) override {
    std::error_code error;
    const auto buffer = asio::buffer(into.data(), into.size());
    auto token = asio::redirect_error(asio::use_awaitable, error);
    const std::size_t count = co_await socket_.async_read_some(buffer, token);
    if (error == asio::error::eof) co_return 0;
    if (error) fail(error, "reading from " + peer_);
    co_return count;
  }

  asio::awaitable<void> write(std::string_view bytes) override {
    std::error_code error;
    const auto buffer = asio::buffer(bytes.data(), bytes.size());
    auto token = asio::redirect_error(asio::use_awaitable, error);
    co_await asio::async_write(socket_, buffer, token);
    if (error) fail(error, "writing to " + peer_);
  }

  std::size_t write_at_once(std::string_view bytes) noexcept override {
    const ssize_t count =
        ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return count > 0 ? static_cast<std::size_t>(count) : 0;
  }

  void shutdown_write() noexcept override {
    std::error_code gone_already;
    socket_.shutdown(Socket::shutdown_send, gone_already);
  }

  void close() noexcept override {
    std::error_code closed_anyway;
    socket_.close(closed_anyway);
  }

  std::string describe() const override { return peer_; }

 private:
  Socket socket_;
  std::string peer_;
};

template <class Socket>
StreamPtr make_socket_stream(Socket socket, std::string peer) {
  return std::make_unique<SocketStream<Socket>>(std::move(socket), std::move(peer));
}

}  // namespace rspbridge::transport
