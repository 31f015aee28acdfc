#include "transport/socket_diag.hpp"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "transport/fd.hpp"

namespace rspbridge::transport {
namespace {

using asio::ip::tcp;

struct Query {
  nlmsghdr header;
  inet_diag_req_v2 request;
};

// An address as inet_diag_sockid has it.
void put_address(const asio::ip::address& address, __be32 (&out)[4]) {
  if (address.is_v4()) {
    const auto bytes = address.to_v4().to_bytes();
    std::memcpy(out, bytes.data(), bytes.size());
  } else {
    const auto bytes = address.to_v6().to_bytes();
    std::memcpy(out, bytes.data(), bytes.size());
  }
}

Query query_for(const tcp::endpoint& local, const tcp::endpoint& remote) {
  Query query{};
  query.header.nlmsg_len = sizeof query;
  query.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  query.header.nlmsg_flags = NLM_F_REQUEST;
  auto& request = query.request;
  request.sdiag_family = local.address().is_v4() ? AF_INET : AF_INET6;
  request.sdiag_protocol = IPPROTO_TCP;
  request.idiag_states = 1u << TCP_ESTABLISHED;
  request.id.idiag_sport = htons(local.port());
  request.id.idiag_dport = htons(remote.port());
  put_address(local.address(), request.id.idiag_src);
  put_address(remote.address(), request.id.idiag_dst);
  request.id.idiag_cookie[0] = request.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  return query;
}

// The kernel gives a listening socket where there is no connection.
std::optional<PeerSocket> parse_reply(const char* bytes, std::size_t size, const Query& query) {
  nlmsghdr header{};
  inet_diag_msg found{};
  if (size < NLMSG_HDRLEN + sizeof found) return std::nullopt;
  std::memcpy(&header, bytes, sizeof header);
  std::memcpy(&found, bytes + NLMSG_HDRLEN, sizeof found);
  const auto& wanted = query.request.id;
  if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY || found.idiag_state != TCP_ESTABLISHED) return std::nullopt;
  if (found.id.idiag_sport != wanted.idiag_sport || found.id.idiag_dport != wanted.idiag_dport)
    return std::nullopt;
  if (found.idiag_inode == 0) return std::nullopt;
  return PeerSocket{found.idiag_uid, found.idiag_inode};
}

}  // namespace

std::optional<PeerSocket> ask_for_socket(const tcp::endpoint& local, const tcp::endpoint& remote) {
  const UniqueFd netlink(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!netlink) return std::nullopt;
  const Query query = query_for(local, remote);
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  if (::sendto(netlink.get(), &query, sizeof query, 0, reinterpret_cast<const sockaddr*>(&kernel),
               sizeof kernel) < 0)
    return std::nullopt;
  // The kernel has answered when sendto() returns.
  std::array<char, 8192> reply;
  const auto size = ::recv(netlink.get(), reply.data(), reply.size(), MSG_DONTWAIT);
  if (size < 0) return std::nullopt;
  return parse_reply(reply.data(), static_cast<std::size_t>(size), query);
}

}  // namespace rspbridge::transport
