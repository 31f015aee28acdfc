#include "transport/ssh_agent.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <array>
#include <cstring>

#include "transport/fd.hpp"

namespace rspbridge::transport {
namespace {

bool receive(int fd, unsigned char* into, std::size_t size) {
  return ::recv(fd, into, size, MSG_WAITALL) == static_cast<ssize_t>(size);
}

}  // namespace

// draft-miller-ssh-agent: uint32 length, byte type; the answer to 11 is 12 and a uint32 count.
std::optional<unsigned> count_agent_keys(const std::string& socket_path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path.size() >= sizeof address.sun_path) return std::nullopt;
  std::memcpy(address.sun_path, socket_path.c_str(), socket_path.size());
  const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{5, 0};
  if (!fd || ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
      ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return std::nullopt;
  constexpr std::array<unsigned char, 5> request_identities{0, 0, 0, 1, 11};
  if (::send(fd.get(), request_identities.data(), request_identities.size(), MSG_NOSIGNAL) != 5)
    return std::nullopt;
  std::array<unsigned char, 9> answer;
  if (!receive(fd.get(), answer.data(), answer.size()) || answer[4] != 12) return std::nullopt;
  return static_cast<unsigned>(answer[5] << 24 | answer[6] << 16 | answer[7] << 8 | answer[8]);
}

}  // namespace rspbridge::transport
