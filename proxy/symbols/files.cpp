#include "proxy/symbols/files.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "memmap/file_descriptor.hpp"

namespace rspbridge::proxy::symbols {
namespace {

std::string failure(const std::filesystem::path& path) {
  return path.string() + ": " + std::generic_category().message(errno);
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ::ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

tl::expected<std::string, std::string> read_file(const std::filesystem::path& path) {
  // O_NONBLOCK: a FIFO's other end isn't waited for.
  const memmap::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct ::stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) return tl::unexpected(failure(path));
  if (!S_ISREG(status.st_mode)) return tl::unexpected(path.string() + ": this is no regular file");
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ::ssize_t count = ::read(file.get(), bytes.data() + have, bytes.size() - have);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return tl::unexpected(failure(path));
    if (count == 0) break;
    have += static_cast<std::size_t>(count);
  }
  bytes.resize(have);
  return bytes;
}

tl::expected<void, std::string> write_file(const std::filesystem::path& path, std::string_view bytes,
                                           ::mode_t mode) {
  std::string temporary = (path.parent_path() / ("." + path.filename().string() + ".XXXXXX")).string();
  const memmap::FileDescriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (file.get() < 0) return tl::unexpected(failure(path));
  if (!write_all(file.get(), bytes) || ::fchmod(file.get(), mode & 07777) != 0 ||
      ::rename(temporary.c_str(), path.c_str()) != 0) {
    std::string error = failure(path);
    ::unlink(temporary.c_str());
    return tl::unexpected(std::move(error));
  }
  return {};
}

}  // namespace rspbridge::proxy::symbols
