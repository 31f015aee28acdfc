// The files of a target's images: of this machine's folders, of the cache, or as they were read there.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "proxy/files/symbol_folders.hpp"
#include "proxy/triage/file_source.hpp"

namespace rspbridge::proxy {

namespace symbols {
class Cache;
struct FileKey;
}  // namespace symbols

/// For one target. What was read there is kept on disk, so that a later session needn't read it again.
class ImageFiles final : public triage::FileSource {
 public:
  /// Where GDB looks for the separate debug files of a build-id by default.
  static constexpr const char* debug_folder = "/usr/lib/debug/.build-id";

  /// `folders` may be null. `target` names the target in the cache, as that of SymbolFiles does. `sysroot` is
  /// a copy of the target's files; empty if there is none.
  ImageFiles(std::shared_ptr<const SymbolFolders> folders, std::string target,
             std::filesystem::path sysroot = {});
  ~ImageFiles() override;

  std::optional<triage::SourceFile> find(const std::string& path, const std::string& build_id) override;
  std::optional<triage::SourceFile> take(const std::string& path, const std::string& build_id,
                                         const std::string& contents) override;
  std::optional<triage::SourceFile> find_debug(const std::string& build_id) override;
  std::string debug_path(const std::string& build_id) override;
  std::optional<triage::SourceFile> take_debug(const std::string& build_id,
                                               const std::string& contents) override;

 private:
  std::optional<triage::SourceFile> in_sysroot(const std::string& path, const std::string& build_id) const;
  symbols::FileKey key_of(const std::string& path, const std::string& build_id) const;

  std::shared_ptr<const SymbolFolders> folders_;
  std::string target_;
  std::filesystem::path sysroot_;
  std::unique_ptr<symbols::Cache> cache_;                ///< null if there can be none
  std::map<std::string, memmap::FileDescriptor> taken_;  ///< by path and build-id
  std::map<std::string, memmap::FileDescriptor> debug_;  ///< by build-id; none: the target has none
};

}  // namespace rspbridge::proxy
