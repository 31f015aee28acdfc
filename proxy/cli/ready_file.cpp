#include "proxy/cli/ready_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <spdlog/spdlog.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

namespace rspbridge::proxy::cli {
namespace {

template <typename T>
nlohmann::json or_null(const std::optional<T>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}

}  // namespace

ReadyFile::ReadyFile(std::filesystem::path file, const Ready& ready) : file_(std::move(file)) {
  const nlohmann::ordered_json json = {
      {"version", 1},
      {"pid", ::getpid()},
      {"session", ready.session},
      {"rsp", ready.rsp},
      {"http", or_null(ready.http)},
      {"view", or_null(ready.view)},
      {"target_pid", or_null(ready.target_pid)},
  };
  const std::string text = json.dump() + "\n";
  std::string temporary = file_.string() + ".XXXXXX";
  auto fail = [&](const char* what) {
    throw std::system_error(errno, std::generic_category(), what + (" " + file_.string()));
  };
  const int fd = ::mkstemp(temporary.data());  // mode 0600
  if (fd < 0) fail("cannot create the ready file");
  const ssize_t written = ::write(fd, text.data(), text.size());
  if (::close(fd) != 0 || written != static_cast<ssize_t>(text.size()) ||
      ::rename(temporary.c_str(), file_.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary.c_str());
    errno = error;
    fail("cannot write the ready file");
  }
}

ReadyFile::~ReadyFile() {
  if (::unlink(file_.c_str()) != 0 && errno != ENOENT) spdlog::warn("could not remove {}", file_.string());
}

}  // namespace rspbridge::proxy::cli
