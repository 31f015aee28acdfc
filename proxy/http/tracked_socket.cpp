#include "proxy/http/tracked_socket.hpp"

#include <system_error>
#include <utility>

namespace rspbridge::proxy::http {
namespace {

void shut_down_socket(TrackedSocket& socket) noexcept {
  std::error_code not_connected;
  socket.shutdown(asio::socket_base::shutdown_both, not_connected);
}

}  // namespace

asio::execution_context::id OpenSockets::id;

TrackedSocket::TrackedSocket(asio::io_context& context) : asio::ip::tcp::socket(context), context_(context) {
  asio::use_service<OpenSockets>(context_).sockets_.insert(this);
}

TrackedSocket::TrackedSocket(TrackedSocket&& other) noexcept
    : asio::ip::tcp::socket(std::move(other)), context_(other.context_) {
  asio::use_service<OpenSockets>(context_).sockets_.insert(this);
}

TrackedSocket::~TrackedSocket() {
  asio::use_service<OpenSockets>(context_).sockets_.erase(this);
}

void OpenSockets::shut_down(const asio::ip::tcp::endpoint& ours,
                            const asio::ip::tcp::endpoint& peer) noexcept {
  for (auto* socket : sockets_) {
    std::error_code not_connected;
    if (socket->local_endpoint(not_connected) != ours || socket->remote_endpoint(not_connected) != peer)
      continue;
    shut_down_socket(*socket);
    return;
  }
}

void OpenSockets::shut_down_all(const asio::ip::tcp::endpoint& ours) noexcept {
  for (auto* socket : sockets_) {
    std::error_code not_connected;
    const auto local = socket->local_endpoint(not_connected);
    if (local.port() != ours.port()) continue;
    if (local.address() == ours.address() || ours.address().is_unspecified()) shut_down_socket(*socket);
  }
}

}  // namespace rspbridge::proxy::http
