#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <asio/ip/tcp.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/use_awaitable.hpp>

#include "transport/errors.hpp"
#include "transport/socket_address.hpp"
#include "transport/socket_stream.hpp"
#include "transport/tcp.hpp"
#include "transport/tcp_peer.hpp"

namespace rspbridge::transport {
namespace {

using asio::ip::tcp;
using asio::local::stream_protocol;

class TcpListener final : public Listener {
 public:
  TcpListener(const asio::any_io_executor& executor, const tcp::endpoint& endpoint)
      : acceptor_(executor, endpoint) {}

  asio::awaitable<Accepted> accept() override {
    tcp::socket socket = co_await acceptor_.async_accept(asio::use_awaitable);
    tune(socket);
    const auto peer = socket.remote_endpoint();
    Accepted accepted;
    if (const auto found = find_peer(peer, socket.local_endpoint())) {
      accepted.peer.uid = found->uid;
      if (found->uid == ::getuid()) accepted.peer.pid = find_socket_holder(found->inode);
    }
    accepted.peer.address = to_string(peer);
    accepted.stream = make_socket_stream(std::move(socket), accepted.peer.address);
    co_return accepted;
  }

  void close() noexcept override {
    std::error_code closed_anyway;
    acceptor_.close(closed_anyway);
  }

  std::string endpoint() const override { return to_string(acceptor_.local_endpoint()); }

 private:
  tcp::acceptor acceptor_;
};

/// Names one file, whatever becomes of its path.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  bool operator==(const FileIdentity&) const = default;

  static std::optional<FileIdentity> of(const std::string& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return std::nullopt;
    return FileIdentity{status.st_dev, status.st_ino};
  }
};

class UnixListener final : public Listener {
 public:
  UnixListener(const asio::any_io_executor& executor, const std::string& path)
      : acceptor_(executor), path_(path) {
    const stream_protocol::endpoint endpoint(path);
    acceptor_.open(endpoint.protocol());
    // On Linux a bound socket file takes its mode from the socket, so that there is no moment at
    // which others may connect, and no umask that other threads would see.
    if (::fchmod(acceptor_.native_handle(), 0600) != 0)
      throw std::system_error(errno, std::generic_category(), "chmod of a socket");
    acceptor_.bind(endpoint);
    file_ = FileIdentity::of(path_);
    acceptor_.listen();
  }

  ~UnixListener() override { remove_file(); }

  asio::awaitable<Accepted> accept() override {
    const std::string name = endpoint();
    stream_protocol::socket socket = co_await acceptor_.async_accept(asio::use_awaitable);
    Accepted accepted;
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0) {
      accepted.peer.uid = credentials.uid;
      accepted.peer.pid = credentials.pid;
    }
    accepted.peer.address = name;
    accepted.stream = make_socket_stream(std::move(socket), name);
    co_return accepted;
  }

  void close() noexcept override {
    remove_file();
    std::error_code closed_anyway;
    acceptor_.close(closed_anyway);
  }

  std::string endpoint() const override { return "unix:" + path_; }

 private:
  void remove_file() noexcept {
    if (file_ && FileIdentity::of(path_) == file_) ::unlink(path_.c_str());
    file_.reset();
  }

  stream_protocol::acceptor acceptor_;
  std::string path_;
  std::optional<FileIdentity> file_;
};

// Whether `path` is a socket that a listener which died without cleaning up has left behind.
bool is_stale_socket(const asio::any_io_executor& executor, const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
  stream_protocol::socket probe(executor);
  std::error_code error;
  probe.connect(stream_protocol::endpoint(path), error);
  return error == asio::error::connection_refused;
}

}  // namespace

ListenerPtr listen_tcp(const asio::any_io_executor& executor, const std::string& host, std::uint16_t port) {
  std::error_code not_numeric;
  const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, not_numeric);
  if (not_numeric || !address.is_loopback())
    throw std::invalid_argument("Listening is possible on a loopback address only, not on '" + host + "'.");
  const tcp::endpoint endpoint(address, port);
  try {
    return std::make_unique<TcpListener>(executor, endpoint);
  } catch (const std::system_error& error) {
    fail(error.code(), "listening on " + to_string(endpoint));
  }
}

ListenerPtr listen_unix(const asio::any_io_executor& executor, const std::filesystem::path& path) {
  if (is_stale_socket(executor, path.string())) ::unlink(path.c_str());
  try {
    return std::make_unique<UnixListener>(executor, path.string());
  } catch (const std::system_error& error) {
    fail(error.code(), "listening on " + path.string());
  }
}

}  // namespace rspbridge::transport
