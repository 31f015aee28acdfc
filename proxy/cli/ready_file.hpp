// --ready-file: what a launcher waits for.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace rspbridge::proxy::cli {

/// What is in the file; docs/command-line.md describes it.
struct Ready {
  std::string session;
  std::vector<std::string> rsp;
  std::optional<std::string> http, view;
  std::optional<std::int64_t> target_pid;
};

/// Writes `file` atomically, mode 0600, and removes it again at the end. Throws std::system_error.
class ReadyFile {
 public:
  ReadyFile(std::filesystem::path file, const Ready& ready);
  ~ReadyFile();
  ReadyFile(const ReadyFile&) = delete;
  ReadyFile& operator=(const ReadyFile&) = delete;

 private:
  std::filesystem::path file_;
};

}  // namespace rspbridge::proxy::cli
