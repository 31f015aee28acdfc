#include "proxy/registry/sessions.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <spdlog/spdlog.h>

#include "proxy/registry/session_folder.hpp"

namespace rspbridge::proxy::registry {
namespace {

constexpr std::size_t longest_file = 1 << 20;
constexpr const char* suffix = ".json";

struct Opened {
  memmap::FileDescriptor file;
  std::string text;
};

// The error is a phrase about the file; empty if it is gone.
tl::expected<Opened, std::string> open_and_read(const std::filesystem::path& path) {
  Opened opened{memmap::FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)),
                {}};
  if (!opened.file) {
    if (errno == ENOENT) return tl::unexpected(std::string());
    return tl::unexpected(std::string(errno == ELOOP ? "it is a symbolic link" : std::strerror(errno)));
  }
  struct stat status {};
  if (::fstat(opened.file.get(), &status) != 0) return tl::unexpected(std::string(std::strerror(errno)));
  if (!S_ISREG(status.st_mode)) return tl::unexpected(std::string("it is no regular file"));
  if (status.st_uid != ::getuid()) return tl::unexpected(std::string("it is another user's"));
  if (static_cast<std::size_t>(status.st_size) > longest_file)
    return tl::unexpected(std::string("it is too long"));
  opened.text.resize(static_cast<std::size_t>(status.st_size));
  const ssize_t got = ::pread(opened.file.get(), opened.text.data(), opened.text.size(), 0);
  if (got < 0) return tl::unexpected(std::string(std::strerror(errno)));
  opened.text.resize(static_cast<std::size_t>(got));
  return opened;
}

// Who could lock it while its session lives? The kernel lets go of the lock with the process.
bool is_left_behind(const Opened& opened) {
  return ::flock(opened.file.get(), LOCK_SH | LOCK_NB) == 0;
}

void remove_rests(const std::filesystem::path& file) {
  auto socket = file;
  socket.replace_extension(".view");
  for (const auto& path : {socket, file})
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
      spdlog::warn("could not remove {}: {}", path.string(), std::strerror(errno));
}

void look_at(const std::filesystem::path& file, Listing& listing) {
  const auto opened = open_and_read(file);
  auto ready = opened ? parse_ready(opened->text) : tl::unexpected(opened.error());
  if (ready && ready->session != file.stem())
    ready = tl::unexpected(std::string("its name isn't its session's"));
  if (ready && is_left_behind(*opened))
    remove_rests(file);
  else if (ready)
    listing.sessions.push_back(*std::move(ready));
  else if (!ready.error().empty())
    listing.problems.push_back(file.string() + " isn't a session's file: " + ready.error());
}

}  // namespace

Listing list_sessions(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == suffix) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  Listing listing;
  for (const auto& file : files) look_at(file, listing);
  return listing;
}

std::unique_ptr<ReadyFile> register_session(const Ready& ready) {
  try {
    const auto folder = make_session_folder();
    for (const std::string& problem : list_sessions(folder).problems) spdlog::debug("{}", problem);
    return std::make_unique<ReadyFile>(folder / (ready.session + suffix), ready);
  } catch (const std::system_error& error) {  // filesystem_error, too
    spdlog::warn("other commands won't find this session by itself: {}", error.what());
    return nullptr;
  }
}

}  // namespace rspbridge::proxy::registry
