// What a session tells of itself: --ready-file, and its file among the sessions.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "memmap/file_descriptor.hpp"

namespace rspbridge::proxy::registry {

/// What is in the file; docs/command-line.md describes it.
struct Ready {
  std::int64_t pid = 0;  ///< of rspbridge
  std::string session, verb, target;
  std::vector<std::string> program;  ///< what `exec` started; else empty
  std::vector<std::string> rsp;
  std::optional<std::string> http, view;
  std::optional<std::int64_t> target_pid;
  std::optional<std::string> http_token_file = {};  ///< its absolute path; nothing: HTTP wants no token
};

/// One line of JSON.
std::string format_ready(const Ready& ready);
/// The reverse; fields that it doesn't know are let be. The error is a phrase, such as "it is no JSON".
tl::expected<Ready, std::string> parse_ready(std::string_view text);

/// Writes `file` atomically, mode 0600, and removes it again at the end. As long as this lives, and no longer
/// than the process, the file is locked (flock): that tells it from one that was left behind.
class ReadyFile {
 public:
  /// Throws std::system_error.
  ReadyFile(std::filesystem::path file, const Ready& ready);
  ~ReadyFile();
  ReadyFile(const ReadyFile&) = delete;
  ReadyFile& operator=(const ReadyFile&) = delete;

 private:
  std::filesystem::path file_;
  memmap::FileDescriptor lock_;
};

}  // namespace rspbridge::proxy::registry
