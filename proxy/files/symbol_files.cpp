#include "proxy/files/symbol_files.hpp"

#include <elf.h>

#include <utility>

#include <spdlog/spdlog.h>

#include "proxy/symbols/cache.hpp"
#include "proxy/symbols/files.hpp"
#include "proxy/symbols/resolver.hpp"
#include "proxy/symbols/translate.hpp"
#include "proxy/symbols/vdso.hpp"

namespace rspbridge::proxy {
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t largest_as_it_is = std::uint64_t{16} << 20;  // bytes; of larger files GDB reads parts

}  // namespace

SymbolFiles::SymbolFiles(std::shared_ptr<const SymbolFolders> folders, std::string target, bool translates)
    : folders_(std::move(folders)),
      target_(std::move(target)),
      translates_(translates),
      cache_(symbols::Cache::open_if_possible(translates ? symbols::Cache::Kept::translation
                                                         : symbols::Cache::Kept::as_it_is)) {}

SymbolFiles::~SymbolFiles() = default;

std::optional<std::string> SymbolFiles::recognise(const std::string& first_bytes) {
  if (translates_ ? !symbols::is_arm64_elf(first_bytes) : !first_bytes.starts_with(ELFMAG))
    return std::nullopt;
  return symbols::build_id(first_bytes).value_or("");
}

// What is kept is without the names: to add them costs less than reading the file from the disk.
near::StoredFile SymbolFiles::served(near::StoredFile file) {
  auto named = file.contents ? symbols::with_resolver_names(*file.contents) : std::nullopt;
  if (named) file.contents = std::make_shared<const std::string>(*std::move(named));
  return file;
}

near::StoredFile SymbolFiles::translated(const std::string& contents, const std::string& name) {
  if (!translates_) return {std::make_shared<const std::string>(contents), {}};
  auto translation = symbols::translate(contents, name);
  if (!translation && translation.error().kind == symbols::RefusalKind::not_aarch64) return {};
  if (!translation) return {nullptr, translation.error().message};
  return {std::make_shared<const std::string>(std::move(translation->bytes)), {}};
}

near::StoredFile SymbolFiles::from_host(const fs::path& path) {
  const auto contents = symbols::read_file(path);
  if (!contents) return {nullptr, "the symbol file can't be read: " + contents.error()};
  return translated(*contents, path.string());
}

std::optional<near::StoredFile> SymbolFiles::find(const near::FileIdentity& file) {
  const fs::path* mine = folders_ && !file.build_id.empty() ? folders_->whole(file.build_id) : nullptr;
  if (mine) {
    spdlog::debug("symbols: {} on the target is {} here", file.path, mine->string());
    return served(from_host(*mine));
  }
  if (!translates_ && file.size > largest_as_it_is) return near::StoredFile{};
  if (!is_kept(file)) return std::nullopt;
  auto kept = cache_->find(key_of(file));
  if (!kept) return std::nullopt;
  return served({std::make_shared<const std::string>(*std::move(kept)), {}});
}

// Of a target that isn't known apart from others only a build-id makes sure that a file is the same.
bool SymbolFiles::is_kept(const near::FileIdentity& file) const {
  return cache_ && (!target_.empty() || !file.build_id.empty());
}

symbols::FileKey SymbolFiles::key_of(const near::FileIdentity& file) const {
  return {target_, file.path, file.size, file.mtime, file.build_id};
}

near::StoredFile SymbolFiles::take(const near::FileIdentity& file, std::string contents) {
  near::StoredFile stored = translated(contents, file.path + " on the target");
  if (stored.contents && is_kept(file)) cache_->keep(key_of(file), contents, *stored.contents);
  spdlog::debug("symbols: {} on the target was read{}", file.path, translates_ ? " and translated" : "");
  return served(std::move(stored));
}

std::optional<near::StoredFile> SymbolFiles::debug_file(const std::string& build_id) {
  const fs::path* mine = folders_ ? folders_->debug_only(build_id) : nullptr;
  return mine ? std::optional(from_host(*mine)) : std::nullopt;
}

tl::expected<std::uint64_t, std::string> SymbolFiles::vdso_size(const std::string& start) {
  return symbols::vdso_size(start);
}

tl::expected<std::string, std::string> SymbolFiles::vdso(const std::string& pages) {
  return symbols::translate_vdso(pages);
}

}  // namespace rspbridge::proxy
