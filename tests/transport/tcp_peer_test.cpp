#include "transport/tcp_peer.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <asio/io_context.hpp>

#include "tests/support/catch.hpp"
#include "transport/socket_diag.hpp"

namespace rspbridge::transport {
namespace {

using asio::ip::make_address;
using asio::ip::tcp;

constexpr std::string_view table_head =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

std::string row(const std::string& local, const std::string& remote, const std::string& state,
                const std::string& uid, const std::string& inode) {
  return "   0: " + local + " " + remote + " " + state + " 00000000:00000000 00:00000000 00000000  " + uid +
         "        0 " + inode + " 1 0000000000000000 20 4 30 10 -1\n";
}

TEST_CASE("The row whose local address is the peer's is the peer's") {
  const tcp::endpoint peer(make_address("127.0.0.1"), 40000), ours(make_address("127.0.0.1"), 2345);
  const std::string ours_row = row("0100007F:0929", "0100007F:9C40", "01", "1", "100");
  const std::string peer_row = row("0100007F:9C40", "0100007F:0929", "01", "1000", "101");
  const std::string head(table_head);
  struct Case {
    std::string what, table;
    std::optional<PeerSocket> socket;
  };
  const std::vector<Case> cases{
      {"both rows", head + ours_row + peer_row, PeerSocket{1000, 101}},
      {"the other order", head + peer_row + ours_row, PeerSocket{1000, 101}},
      {"only our own row", head + ours_row, std::nullopt},
      {"closed by its owner: uid 0", head + row("0100007F:9C40", "0100007F:0929", "04", "0", "0"),
       std::nullopt},
      {"TIME_WAIT: uid 0", head + row("0100007F:9C40", "0100007F:0929", "06", "0", "0"), std::nullopt},
      {"no inode", head + row("0100007F:9C40", "0100007F:0929", "01", "0", "0"), std::nullopt},
      {"another port", head + row("0100007F:9C41", "0100007F:0929", "01", "1000", "101"), std::nullopt},
      {"another address", head + row("0200007F:9C40", "0100007F:0929", "01", "1000", "101"), std::nullopt},
      {"mapped into IPv6",
       head + row("0000000000000000FFFF00000100007F:9C40", "0000000000000000FFFF00000100007F:0929", "01", "7",
                  "1"),
       PeerSocket{7, 1}},
      {"inode not a number", head + row("0100007F:9C40", "0100007F:0929", "01", "1000", "x"), std::nullopt},
      {"a line cut short", head + "   0: 0100007F:9C40 0100007F:0929 01", std::nullopt},
      {"not hexadecimal", head + row("0100007G:9C40", "0100007F:0929", "01", "1000", "101"), std::nullopt},
      {"uid not a number", head + row("0100007F:9C40", "0100007F:0929", "01", "x", "101"), std::nullopt},
      {"empty", "", std::nullopt},
  };
  for (const auto& [what, table, socket] : cases) {
    INFO(what);
    CHECK(find_peer(table, peer, ours) == socket);
  }
}

TEST_CASE("IPv6 addresses are four words in the machine's byte order") {
  const tcp::endpoint peer(make_address("::1"), 40000), ours(make_address("::1"), 2345);
  const std::string table =
      std::string(table_head) + row("00000000000000000000000001000000:9C40",
                                    "00000000000000000000000001000000:0929", "01", "1001", "9");
  CHECK(find_peer(table, peer, ours) == PeerSocket{1001, 9});
  CHECK_FALSE(find_peer(table, ours, peer).has_value());
}

TEST_CASE("the process that holds a socket is found by its inode") {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(fd >= 0);
  struct stat status {};
  REQUIRE(::fstat(fd, &status) == 0);
  CHECK(find_socket_holder(status.st_ino) == ::getpid());
  ::close(fd);
  CHECK_FALSE(find_socket_holder(status.st_ino).has_value());
}

TEST_CASE("The kernel's own lookup knows both ends of a connection, and no others") {
  for (const auto* host : {"127.0.0.1", "::1"}) {
    asio::io_context io;
    tcp::acceptor acceptor(io, tcp::endpoint(make_address(host), 0));
    tcp::socket client(io);
    client.connect(acceptor.local_endpoint());
    tcp::socket server = acceptor.accept();
    const auto peer = server.remote_endpoint(), ours = server.local_endpoint();
    struct stat status {};
    REQUIRE(::fstat(client.native_handle(), &status) == 0);
    CHECK(ask_for_socket(peer, ours) == PeerSocket{::getuid(), status.st_ino});
    REQUIRE(::fstat(server.native_handle(), &status) == 0);
    CHECK(ask_for_socket(ours, peer) == PeerSocket{::getuid(), status.st_ino});
    CHECK(ask_for_socket(ours, {make_address(host), 1}) == std::nullopt);  // only the listener is there
    CHECK(ask_for_socket({make_address(host), 1}, ours) == std::nullopt);
    client.close();
    CHECK(ask_for_socket(peer, ours) == std::nullopt);
  }
}

}  // namespace
}  // namespace rspbridge::transport
