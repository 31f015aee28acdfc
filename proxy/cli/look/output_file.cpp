#include "proxy/cli/look/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>

#include "proxy/cli/errors.hpp"

namespace rspbridge::proxy::cli::look {
namespace {

constexpr std::array ending_signals = {SIGINT, SIGTERM, SIGHUP};

// For the signal handler, which may do little: the name of the temporary file.
std::array<char, PATH_MAX> to_remove{};
std::atomic<bool> is_set = false;
static_assert(std::atomic<bool>::is_always_lock_free);

void remove_and_end(int number) {
  if (is_set) ::unlink(to_remove.data());
  std::signal(number, SIG_DFL);
  std::raise(number);
}

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& path) {
  throw Failure(exit_failed, what + " " + path.string() + ": " + std::strerror(errno));
}

}  // namespace

OutputFile::OutputFile(std::filesystem::path path, mode_t mode) {
  std::error_code error;
  path_ = std::filesystem::weakly_canonical(path, error);  // a symbolic link stays one
  if (error) throw Failure(exit_failed, "cannot write " + path.string() + ": " + error.message());
  if (std::filesystem::exists(path_, error) && !std::filesystem::is_regular_file(path_, error))
    throw Failure(exit_failed, "cannot write " + path.string() + ": it is no regular file");
  std::string name = path_.string() + ".XXXXXX";
  if (name.size() >= to_remove.size())
    throw Failure(exit_failed, "the path " + path.string() + " is too long");
  file_ = memmap::FileDescriptor(::mkostemp(name.data(), O_CLOEXEC));
  if (!file_) fail("cannot write", path);
  temporary_ = name;
  if (::fchmod(file_.get(), mode) != 0) fail("cannot write", path);
  std::copy_n(name.c_str(), name.size() + 1, to_remove.begin());
  is_set = true;
  // One that is ignored, as nohup does, stays so.
  for (const int number : ending_signals)
    if (std::signal(number, remove_and_end) == SIG_IGN) std::signal(number, SIG_IGN);
}

OutputFile::~OutputFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
  is_set = false;
}

void OutputFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) fail("cannot write", path_);
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void OutputFile::finish() {
  if (::fsync(file_.get()) != 0 && errno != EINVAL) fail("cannot write", path_);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail("cannot write", path_);
  temporary_.clear();
  is_set = false;
}

}  // namespace rspbridge::proxy::cli::look
