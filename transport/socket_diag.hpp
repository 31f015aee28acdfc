// One socket of this host, by the kernel's own lookup (sock_diag(7)).
#pragma once

#include <optional>

#include <asio/ip/tcp.hpp>

#include "transport/tcp_peer.hpp"

namespace rspbridge::transport {

/// The socket `local` of the established connection (`local`, `remote`). Costs the same however many sockets
/// there are, unlike /proc/net/tcp, which takes milliseconds to read. Nothing if there is none, if its owner
/// has closed it, or if this kernel has no sock_diag.
std::optional<PeerSocket> ask_for_socket(const asio::ip::tcp::endpoint& local,
                                         const asio::ip::tcp::endpoint& remote);

}  // namespace rspbridge::transport
