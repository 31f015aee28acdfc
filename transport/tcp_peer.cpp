#include "transport/tcp_peer.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <asio/ip/address_v6.hpp>

#include "transport/socket_diag.hpp"

namespace rspbridge::transport {
namespace {

using asio::ip::tcp;

struct SocketName {
  asio::ip::address_v6::bytes_type address;  // IPv4 as ::ffff:a.b.c.d
  std::uint16_t port;
  bool operator==(const SocketName&) const = default;
};

SocketName name_of(const tcp::endpoint& endpoint) {
  const auto address = endpoint.address();
  const auto v6 =
      address.is_v4() ? asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4()) : address.to_v6();
  return {v6.to_bytes(), endpoint.port()};
}

template <class Number>
std::optional<Number> parse_number(std::string_view text, int base) {
  Number value{};
  const auto end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (error != std::errc{} || stop != end || text.empty()) return std::nullopt;
  return value;
}

// "0100007F:0929": each 32-bit word of the address is printed in the machine's own byte order.
std::optional<SocketName> parse_name(std::string_view text) {
  const auto colon = text.find(':');
  if (colon != 8 && colon != 32) return std::nullopt;
  SocketName name{};
  name.address[10] = name.address[11] = 0xff;
  const auto port = parse_number<std::uint16_t>(text.substr(colon + 1), 16);
  if (!port) return std::nullopt;
  name.port = *port;
  for (std::size_t at = 0; at < colon; at += 8) {
    const auto word = parse_number<std::uint32_t>(text.substr(at, 8), 16);
    if (!word) return std::nullopt;
    const auto bytes = std::bit_cast<std::array<unsigned char, 4>>(*word);
    const std::size_t offset = colon == 8 ? 12 : at / 2;
    std::copy(bytes.begin(), bytes.end(), name.address.begin() + static_cast<std::ptrdiff_t>(offset));
  }
  return name;
}

std::string read_all(const char* path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

// ":0929 ", as a port stands in the table.
std::string port_text(std::uint16_t port) {
  std::array<char, 8> text;
  const int length = std::snprintf(text.data(), text.size(), ":%04X ", port);
  return {text.data(), static_cast<std::size_t>(length)};
}

constexpr std::string_view established = "01";

}  // namespace

std::optional<PeerSocket> find_peer(std::string_view table, const tcp::endpoint& peer,
                                    const tcp::endpoint& ours) {
  const SocketName wanted_local = name_of(peer), wanted_remote = name_of(ours);
  const std::string port = port_text(peer.port());
  while (!table.empty()) {
    const auto line = table.substr(0, table.find('\n'));
    table.remove_prefix(std::min(table.size(), line.size() + 1));
    // A host may have thousands of sockets; taking a row apart costs far more than this look at it.
    if (line.find(port) == std::string_view::npos) continue;
    std::istringstream columns{std::string(line)};
    std::string slot, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
    columns >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> uid >> timeout >> inode;
    if (columns.fail() || state != established || inode == "0") continue;
    if (parse_name(local) != wanted_local || parse_name(remote) != wanted_remote) continue;
    const auto owner = parse_number<uid_t>(uid, 10);
    const auto number = parse_number<std::uint64_t>(inode, 10);
    if (owner && number) return PeerSocket{*owner, *number};
  }
  return std::nullopt;
}

std::optional<PeerSocket> find_peer(const tcp::endpoint& peer, const tcp::endpoint& ours) {
  if (const auto socket = ask_for_socket(peer, ours)) return socket;
  for (const char* path : {"/proc/net/tcp", "/proc/net/tcp6"})
    if (const auto socket = find_peer(read_all(path), peer, ours)) return socket;
  return std::nullopt;
}

std::optional<pid_t> find_socket_holder(std::uint64_t inode) {
  namespace fs = std::filesystem;
  const std::string wanted = "socket:[" + std::to_string(inode) + "]";
  std::error_code hidden_or_gone;
  for (const auto& process : fs::directory_iterator("/proc", hidden_or_gone)) {
    const auto pid = parse_number<pid_t>(process.path().filename().string(), 10);
    if (!pid) continue;
    for (fs::directory_iterator fd(process.path() / "fd", hidden_or_gone), end; fd != end;
         fd.increment(hidden_or_gone))
      if (fs::read_symlink(fd->path(), hidden_or_gone) == wanted) return pid;
  }
  return std::nullopt;
}

}  // namespace rspbridge::transport
