#include "proxy/helper/process_access.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "memmap/file_descriptor.hpp"

namespace rspbridge::proxy::helper {
namespace {

constexpr std::size_t most = std::size_t{64} << 20;   // bytes of memory in one reading
constexpr std::size_t piece = std::size_t{64} << 10;  // bytes of a file

class ProcFile final : public far::ProcessAccess::File {
 public:
  explicit ProcFile(memmap::FileDescriptor file) : file_(std::move(file)) {}

  // The kernel gives a page of such a file at most.
  Outcome read_on(std::string& text) override {
    std::array<char, piece> buffer;
    for (const std::size_t enough = text.size() + piece; text.size() < enough;) {
      const ssize_t n = ::read(file_.get(), buffer.data(), buffer.size());
      if (n == 0) return Outcome::end;
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return Outcome::failed;
      text.append(buffer.data(), static_cast<std::size_t>(n));
    }
    return Outcome::more;
  }

 private:
  memmap::FileDescriptor file_;
};

}  // namespace

std::unique_ptr<far::ProcessAccess::File> LinuxProcessAccess::open(std::int64_t pid, std::string_view name) {
  const std::string path = "/proc/" + std::to_string(pid) + "/" + std::string(name);
  memmap::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return file ? std::make_unique<ProcFile>(std::move(file)) : nullptr;
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
