#include "proxy/triage/file_source.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>

namespace rspbridge::proxy::triage {

memmap::FileDescriptor file_of(const std::string& contents) {
  memmap::FileDescriptor file(::memfd_create("image", MFD_CLOEXEC));
  std::string_view rest = contents;
  while (file && !rest.empty()) {
    const ssize_t written = ::write(file.get(), rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0)
      throw std::system_error(errno, std::generic_category(), "a file in memory can't be written");
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  if (!file) throw std::system_error(errno, std::generic_category(), "a file in memory can't be made");
  return file;
}

}  // namespace rspbridge::proxy::triage
