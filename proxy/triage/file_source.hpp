// Where the files of a target's images come from.
#pragma once

#include <optional>
#include <string>

#include "memmap/file_descriptor.hpp"

namespace rspbridge::proxy::triage {

struct SourceFile {
  memmap::FileDescriptor file;
  std::string name;  ///< its path on this machine; empty if it has none
};

/// Blocks only for this machine's own disk.
class FileSource {
 public:
  FileSource() = default;
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;
  virtual ~FileSource() = default;

  /// The whole file of that build-id (hex), or of that path on the target. Nothing if it must be read there.
  virtual std::optional<SourceFile> find(const std::string& path, const std::string& build_id) = 0;
  /// What was read of the target. Nothing if it isn't that of `build_id`; an empty one fits any file.
  virtual std::optional<SourceFile> take(const std::string& path, const std::string& build_id,
                                         const std::string& contents) = 0;
  /// The separate debug file. Nothing if there is none here.
  virtual std::optional<SourceFile> find_debug(const std::string& build_id) = 0;
  /// Where the target may have it; empty where it is known to have none.
  virtual std::string debug_path(const std::string& build_id) = 0;
  /// What the target has there; empty contents: nothing. Nothing if that isn't of `build_id`.
  virtual std::optional<SourceFile> take_debug(const std::string& build_id, const std::string& contents) = 0;
};

/// A file without a name that holds `contents`. Throws std::system_error.
memmap::FileDescriptor file_of(const std::string& contents);

}  // namespace rspbridge::proxy::triage
