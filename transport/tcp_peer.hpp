// Which user holds the other end of a loopback TCP connection, by the kernel's table of sockets.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <sys/types.h>
#include <asio/ip/tcp.hpp>

namespace rspbridge::transport {

/// A socket in the kernel's table.
struct PeerSocket {
  uid_t uid = 0;
  std::uint64_t inode = 0;

  bool operator==(const PeerSocket&) const = default;
};

/// The socket `peer` of the connection (`peer`, `ours`), from the text of /proc/net/tcp or tcp6
/// (proc_net_tcp(5)). Nothing without such a row, and nothing for a socket that its owner has
/// closed already: the kernel shows those with uid 0.
std::optional<PeerSocket> find_peer(std::string_view table, const asio::ip::tcp::endpoint& peer,
                                    const asio::ip::tcp::endpoint& ours);

/// The same, from this host's tables.
std::optional<PeerSocket> find_peer(const asio::ip::tcp::endpoint& peer, const asio::ip::tcp::endpoint& ours);

/// A process that has that socket open, found by its descriptors (proc(5), /proc/PID/fd). Nothing if
/// there is none, or if this process may not see it.
std::optional<pid_t> find_socket_holder(std::uint64_t inode);

}  // namespace rspbridge::transport
