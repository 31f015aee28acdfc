#include "proxy/registry/session_folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

namespace rspbridge::proxy::registry {
namespace {

[[noreturn]] void fail(const std::filesystem::path& folder, const std::string& what = {}) {
  throw std::system_error(errno, std::generic_category(), "the sessions' folder " + folder.string() + what);
}

std::filesystem::path folder_name() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  return runtime && *runtime ? std::filesystem::path(runtime) / "rspbridge"
                             : std::filesystem::path("/tmp/rspbridge-" + std::to_string(::getuid()));
}

void require_private(const std::filesystem::path& folder, const struct stat& status) {
  if (S_ISDIR(status.st_mode) && status.st_uid == ::getuid() && (status.st_mode & 077) == 0) return;
  errno = EPERM;
  fail(folder, " must be a directory of yours that is closed to others");
}

}  // namespace

std::filesystem::path make_session_folder() {
  const auto folder = folder_name();
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) fail(folder);
  struct stat status {};
  if (::lstat(folder.c_str(), &status) != 0) fail(folder);
  require_private(folder, status);
  return folder;
}

std::optional<std::filesystem::path> find_session_folder() {
  auto folder = folder_name();
  struct stat status {};
  if (::lstat(folder.c_str(), &status) != 0) {
    if (errno == ENOENT) return std::nullopt;
    fail(folder);
  }
  require_private(folder, status);
  return folder;
}

}  // namespace rspbridge::proxy::registry
