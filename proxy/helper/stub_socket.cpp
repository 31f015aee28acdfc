#include "proxy/helper/stub_socket.hpp"

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace rspbridge::proxy::helper {
namespace {

constexpr int patience = 10000;  // ms

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  template <class T>
  void set(const T& address) {
    static_assert(sizeof(T) <= sizeof storage);
    std::memcpy(&storage, &address, sizeof address);
    size = sizeof address;
  }
};

std::optional<Address> unix_address(std::string_view path) {
  sockaddr_un address{};
  if (path.empty() || path.size() >= sizeof address.sun_path) return std::nullopt;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  Address out;
  out.set(address);
  return out;
}

std::optional<Address> inet_address(std::string_view where) {
  const auto colon = where.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view digits = where.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || port == 0) return std::nullopt;
  std::string host(where.substr(0, colon));
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  Address out;
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    out.set(v4);
  } else if (::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    out.set(v6);
  } else {
    return std::nullopt;
  }
  return out;
}

/// 0, or an errno.
int connect_within_patience(int fd, const Address& address) {
  if (::connect(fd, address.get(), address.size) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd wait{fd, POLLOUT, 0};
  int ready = 0;
  do ready = ::poll(&wait, 1, patience);
  while (ready < 0 && errno == EINTR);
  if (ready < 0) return errno;
  if (ready == 0) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

}  // namespace

StubSocket connect_stub(const std::string& where) {
  const std::string_view text = where;
  const bool local = text.starts_with("unix:");
  const auto address = local ? unix_address(text.substr(5)) : inet_address(text);
  if (!address)
    return {memmap::FileDescriptor(),
            "'" + where + "' is no numeric address with a port, such as 127.0.0.1:2345, nor unix:/path"};
  memmap::FileDescriptor fd(
      ::socket(address->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return {memmap::FileDescriptor(), std::string("no socket on the target: ") + std::strerror(errno)};
  if (!local) {
    const int on = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  if (const int error = connect_within_patience(fd.get(), *address))
    return {memmap::FileDescriptor(),
            "the helper can't connect to the stub at " + where + " on the target: " + std::strerror(error)};
  return {std::move(fd), {}};
}

}  // namespace rspbridge::proxy::helper
