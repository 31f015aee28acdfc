#include "proxy/inspect/view_server.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <spdlog/spdlog.h>

#include "proxy/inspect/view_session.hpp"

namespace rspbridge::proxy::inspect {
namespace {

constexpr std::size_t most_clients = 64;

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

int listen_on(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.native().size() >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    fail("the view's socket " + path.string());
  }
  std::memcpy(address.sun_path, path.c_str(), path.native().size());
  memmap::FileDescriptor socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  // A bound socket file takes its mode from the socket.
  if (!socket || ::fchmod(socket.get(), 0600) != 0) fail("the view's socket");
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(socket.get(), 16) != 0)
    fail("the view's socket " + path.string());
  return ::fcntl(socket.get(), F_DUPFD_CLOEXEC, 0);
}

}  // namespace

ViewServer::ViewServer(asio::any_io_executor executor, Inspector& inspector, std::string session,
                       const std::filesystem::path& folder)
    : executor_(executor),
      inspector_(inspector),
      session_(std::move(session)),
      path_(folder / (session_ + ".view")),
      listener_(executor, listen_on(path_)) {
  accept();
}

ViewServer::~ViewServer() {
  ::unlink(path_.c_str());
  for (auto& client : clients_)
    if (const auto alive = client.lock()) alive->close();
}

void ViewServer::accept() {
  listener_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const asio::error_code& error) {
    if (error) return;
    // All that are there: asio tells only of what comes while it is waited for.
    for (int socket = 0; socket >= 0 || errno == ECONNABORTED || errno == EINTR;) {
      socket = ::accept4(listener_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (socket >= 0) welcome(socket);
    }
    if (errno != EAGAIN) spdlog::warn("cannot take a client of the view: {}", std::strerror(errno));
    accept();
  });
}

void ViewServer::welcome(int socket) {
  memmap::FileDescriptor owned(socket);
  ucred peer{};
  socklen_t size = sizeof peer;
  const bool known = ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
  if (!known || (peer.uid != ::getuid() && peer.uid != 0)) {
    spdlog::warn("refused a client of the view: it belongs to user {}",
                 known ? std::to_string(peer.uid) : "unknown");
    return;
  }
  std::erase_if(clients_, [](const auto& client) { return client.expired(); });
  if (clients_.size() >= most_clients) {
    spdlog::warn("refused a client of the view: {} are connected", clients_.size());
    return;
  }
  const auto client = std::make_shared<Client>(executor_, inspector_, std::move(owned));
  clients_.push_back(client);
  client->start(session_);
}

}  // namespace rspbridge::proxy::inspect
