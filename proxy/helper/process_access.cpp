#include "proxy/helper/process_access.hpp"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "memmap/file_descriptor.hpp"

namespace rspbridge::proxy::helper {
namespace {

constexpr std::size_t most = std::size_t{64} << 20;  // bytes of one file, or of memory in one reading

}  // namespace

std::optional<std::string> LinuxProcessAccess::file(std::int64_t pid, std::string_view name) {
  const std::string path = "/proc/" + std::to_string(pid) + "/" + std::string(name);
  const memmap::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  std::string text;
  std::array<char, std::size_t{64} << 10> buffer;
  while (text.size() < most) {
    const ssize_t n = ::read(file.get(), buffer.data(), buffer.size());
    if (n == 0) return text;
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::nullopt;
    text.append(buffer.data(), static_cast<std::size_t>(n));
  }
  return std::nullopt;
}

std::optional<std::string> LinuxProcessAccess::memory(std::int64_t pid, std::uint64_t address,
                                                      std::uint64_t length) {
  if (length > most) return std::nullopt;
  std::string bytes(length, '\0');
  const iovec here{bytes.data(), bytes.size()};
  const iovec there{reinterpret_cast<void*>(address), bytes.size()};
  const ssize_t n = ::process_vm_readv(static_cast<pid_t>(pid), &here, 1, &there, 1, 0);
  if (n < 0 || static_cast<std::uint64_t>(n) != length) return std::nullopt;
  return bytes;
}

}  // namespace rspbridge::proxy::helper
