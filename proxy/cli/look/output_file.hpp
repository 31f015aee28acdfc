// A file that is there as a whole, or not at all.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string_view>

#include "memmap/file_descriptor.hpp"

namespace rspbridge::proxy::cli::look {

/// Writes a temporary file beside `path`, which finish() renames. Until then, whatever ends this,
/// SIGINT, SIGTERM and SIGHUP included (not SIGKILL), removes it. One at a time.
class OutputFile {
 public:
  /// Throws cli::Failure: for something at `path` that is no regular file, too.
  explicit OutputFile(std::filesystem::path path, mode_t mode = 0600);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// Throws cli::Failure, such as for a full disk.
  void write(std::string_view bytes);
  void finish();

 private:
  std::filesystem::path path_, temporary_;
  memmap::FileDescriptor file_;
};

}  // namespace rspbridge::proxy::cli::look
