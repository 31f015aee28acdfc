// Which user holds the other end of a loopback TCP connection, by the kernel's table of sockets.
#pragma once

#include <optional>
#include <string_view>

#include <sys/types.h>
#include <asio/ip/tcp.hpp>

namespace rspbridge::transport {

/// The owner of the socket `peer` of the connection (`peer`, `ours`), from the text of /proc/net/tcp
/// or tcp6 (proc_net_tcp(5)). Nothing without such a row, and nothing for a socket that its owner
/// has closed already: the kernel shows those with uid 0.
std::optional<uid_t> find_peer_uid(std::string_view table, const asio::ip::tcp::endpoint& peer,
                                   const asio::ip::tcp::endpoint& ours);

/// The same, from this host's tables.
std::optional<uid_t> peer_uid(const asio::ip::tcp::endpoint& peer, const asio::ip::tcp::endpoint& ours);

}  // namespace rspbridge::transport
