// Where a session's symbol files come from: folders of this host, the cache on disk, the translator.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "proxy/files/symbol_folders.hpp"
#include "proxy/near/view/symbol_store.hpp"

namespace rspbridge::proxy {

namespace symbols {
class Cache;
struct FileKey;
}  // namespace symbols

/// Serves a target's ELF files with the symbols of `folders`, the dynamic linker with the names of its
/// resolver, and all translated for an x86-64 GDB if `translates`. They are kept on disk, so that a later
/// session needn't read them over the link.
class SymbolFiles final : public near::SymbolStore {
 public:
  /// `folders` may be null. `target` names the target in the cache: its host key, or what else tells it
  /// from others; empty if nothing does: then only files with a build-id are kept.
  SymbolFiles(std::shared_ptr<const SymbolFolders> folders, std::string target, bool translates);
  ~SymbolFiles() override;

  std::optional<std::string> recognise(const std::string& first_bytes) override;
  std::optional<near::StoredFile> find(const near::FileIdentity& file) override;
  near::StoredFile take(const near::FileIdentity& file, std::string contents) override;
  std::optional<near::StoredFile> debug_file(const std::string& build_id) override;
  tl::expected<std::uint64_t, std::string> vdso_size(const std::string& start) override;
  tl::expected<std::string, std::string> vdso(const std::string& pages) override;

 private:
  near::StoredFile from_host(const std::filesystem::path& path);
  bool is_kept(const near::FileIdentity& file) const;
  symbols::FileKey key_of(const near::FileIdentity& file) const;
  /// As GDB gets it: the dynamic linker with the names by which GDB steps over lazy binding.
  static near::StoredFile served(near::StoredFile file);
  near::StoredFile translated(const std::string& contents, const std::string& name);

  std::shared_ptr<const SymbolFolders> folders_;
  std::string target_;
  bool translates_;
  std::unique_ptr<symbols::Cache> cache_;  ///< null if there can be none
};

}  // namespace rspbridge::proxy
