#include "proxy/registry/ready_file.hpp"

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <spdlog/spdlog.h>
#include <nlohmann/json.hpp>

namespace rspbridge::proxy::registry {
namespace {

using Json = nlohmann::ordered_json;

constexpr int version = 1;

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

template <typename T>
std::optional<T> get_optional(const Json& json, const char* name) {
  const Json& value = json.at(name);
  return value.is_null() ? std::nullopt : std::optional(value.get<T>());
}

}  // namespace

std::string format_ready(const Ready& ready) {
  const Json json = {
      {"version", version},
      {"pid", ready.pid},
      {"session", ready.session},
      {"verb", ready.verb},
      {"target", ready.target},
      {"program", ready.program.empty() ? Json(nullptr) : Json(ready.program)},
      {"rsp", ready.rsp},
      {"http", or_null(ready.http)},
      {"http_token_file", or_null(ready.http_token_file)},
      {"view", or_null(ready.view)},
      {"target_pid", or_null(ready.target_pid)},
  };
  // A program's arguments may hold any bytes; what is no UTF-8 must not make this throw.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

tl::expected<Ready, std::string> parse_ready(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return tl::unexpected(std::string("it is no JSON"));
  try {
    if (json.at("version") != version) return tl::unexpected(std::string("it is of another version"));
    Ready ready{.pid = json.at("pid").get<std::int64_t>(),
                .session = json.at("session").get<std::string>(),
                .verb = json.at("verb").get<std::string>(),
                .target = json.at("target").get<std::string>(),
                .program = {},
                .rsp = json.at("rsp").get<std::vector<std::string>>(),
                .http = get_optional<std::string>(json, "http"),
                .view = get_optional<std::string>(json, "view"),
                .target_pid = get_optional<std::int64_t>(json, "target_pid"),
                .http_token_file = get_optional<std::string>(json, "http_token_file")};
    ready.program = get_optional<std::vector<std::string>>(json, "program").value_or(ready.program);
    return ready;
  } catch (const Json::exception&) {
    return tl::unexpected(std::string("a field of a session is missing or wrong"));
  }
}

ReadyFile::ReadyFile(std::filesystem::path file, const Ready& ready) : file_(std::move(file)) {
  const std::string text = format_ready(ready);
  std::string temporary = file_.string() + ".XXXXXX";
  auto fail = [&](const char* what) {
    throw std::system_error(errno, std::generic_category(), what + (" " + file_.string()));
  };
  lock_ = memmap::FileDescriptor(::mkostemp(temporary.data(), O_CLOEXEC));  // mode 0600
  if (!lock_) fail("cannot create the ready file");
  const ssize_t written = ::write(lock_.get(), text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size()) || ::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0 ||
      ::rename(temporary.c_str(), file_.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary.c_str());
    errno = error;
    fail("cannot write the ready file");
  }
}

ReadyFile::~ReadyFile() {
  struct stat ours {
  }, there{};
  // Another session may have been given the same file since.
  const bool is_ours = ::fstat(lock_.get(), &ours) == 0 && ::stat(file_.c_str(), &there) == 0 &&
                       ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
  if (is_ours && ::unlink(file_.c_str()) != 0 && errno != ENOENT)
    spdlog::warn("could not remove {}", file_.string());
}

}  // namespace rspbridge::proxy::registry
