// Translated files, kept on disk from one session to the next.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace rspbridge::proxy::symbols {

/// What tells a file of a target from all others without its contents.
struct FileKey {
  std::string target;       ///< names the target: its host key, for instance
  std::string path;         ///< on the target
  std::uint64_t size = 0;   ///< bytes
  std::uint64_t mtime = 0;  ///< seconds since the epoch
  std::string build_id;     ///< hex; empty if it has none
};

/// Content-addressed: a translation is kept under the SHA-256 of its original and the translator's version,
/// and a key leads to that. Several processes may use one folder. Whatever goes wrong is as if nothing were
/// kept, with a line in the log.
class Cache {
 public:
  static constexpr std::uint64_t default_limit = std::uint64_t{2} << 30;  ///< bytes

  /// $XDG_CACHE_HOME/rspbridge/symbols, by default ~/.cache/rspbridge/symbols.
  static tl::expected<std::filesystem::path, std::string> default_folder();

  /// What is made of a file. Each kind is kept apart.
  enum class Kept : std::uint8_t { translation, as_it_is };

  /// Opens or makes the folder: mode 0700, this user's own, no symbolic link. Says why it can't be used.
  static tl::expected<Cache, std::string> open(std::filesystem::path folder,
                                               std::uint64_t limit = default_limit,
                                               Kept kept = Kept::translation);
  /// In the default folder; null if that can't be used, which the log tells.
  static std::unique_ptr<Cache> open_if_possible(Kept kept);

  /// The translation of the file that had this key when it was kept.
  std::optional<std::string> find(const FileKey& key);
  /// Keeps a translation. The ones unused for longest go when all are larger than the limit.
  void keep(const FileKey& key, std::string_view original, std::string_view translation);

 private:
  Cache(std::filesystem::path folder, std::uint64_t limit, Kept kept);

  std::filesystem::path entry_path(const std::string& digest) const;
  std::filesystem::path key_path(const FileKey& key) const;
  std::optional<std::string> load(const std::string& digest);

  std::filesystem::path folder_;
  std::uint64_t limit_;  ///< bytes
  std::string ending_;   ///< of the names: the kind, and the translator's version
};

}  // namespace rspbridge::proxy::symbols
