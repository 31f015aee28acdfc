// The symbol files of this host (--symbols).
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace rspbridge::proxy {

/// The unstripped ARM64 files of some folders, by build-id.
class SymbolFolders {
 public:
  /// Looks through the folders and those within. Says in the log what it found and what it couldn't read.
  explicit SymbolFolders(const std::vector<std::filesystem::path>& folders);
  /// The same; null if there are none.
  static std::shared_ptr<const SymbolFolders> of(const std::vector<std::filesystem::path>& folders);
  /// A file that holds code and symbols both; or only its symbols (objcopy --only-keep-debug). Null if there
  /// is none.
  const std::filesystem::path* whole(const std::string& build_id) const;
  const std::filesystem::path* debug_only(const std::string& build_id) const;

 private:
  void add(const std::filesystem::path& file);
  std::map<std::string, std::filesystem::path> whole_, debug_only_;
};

}  // namespace rspbridge::proxy
