// Where translated symbol files come from. Near asks; the program that near belongs to has the disk.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <tl/expected.hpp>

namespace rspbridge::proxy::near {

/// What tells one file of the target from another without reading it whole.
struct FileIdentity {
  std::string path;
  std::uint64_t size = 0;   ///< bytes
  std::uint64_t mtime = 0;  ///< seconds since the epoch
  std::string build_id;     ///< hex; empty if the file has none

  auto operator<=>(const FileIdentity&) const = default;
};

/// What a file is to be served as. Null contents: as it is.
struct StoredFile {
  std::shared_ptr<const std::string> contents;
  std::string refusal;  ///< a sentence, if the file must not be read at all
};

class SymbolStore {
 public:
  virtual ~SymbolStore() = default;
  /// Whether a file that begins with these bytes (as many as the first page holds) is of interest, and
  /// its build-id (hex; empty if not among them).
  virtual std::optional<std::string> recognise(const std::string& first_bytes) = 0;
  /// The file, if that is known without its contents.
  virtual std::optional<StoredFile> find(const FileIdentity& file) = 0;
  /// The file of these contents. What is wrong is said in the log, too.
  virtual StoredFile take(const FileIdentity& file, std::string contents) = 0;
  /// A file that the target needn't have: the separate debug file of a build-id. Nothing if there is none.
  virtual std::optional<StoredFile> debug_file(const std::string& build_id) = 0;
  /// The size in bytes of a vDSO that begins so (as many bytes as the first page holds); else why it can't
  /// be served otherwise than as it is.
  virtual tl::expected<std::uint64_t, std::string> vdso_size(const std::string& start) = 0;
  /// What the pages of a vDSO are to be served as: as many bytes. Else why they can't.
  virtual tl::expected<std::string, std::string> vdso(const std::string& pages) = 0;
};

}  // namespace rspbridge::proxy::near
