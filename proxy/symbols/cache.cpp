#include "proxy/symbols/cache.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <vector>

#include <spdlog/spdlog.h>

#include "proxy/symbols/files.hpp"
#include "proxy/symbols/sha256.hpp"
#include "proxy/symbols/translate.hpp"

namespace rspbridge::proxy::symbols {
namespace fs = std::filesystem;

namespace {

constexpr std::size_t digest_size = 64;      // hex digits
constexpr std::uint64_t most_keys = 20'000;  // each is a file of its own

/// A folder that nobody else could have put anything into.
tl::expected<void, std::string> make_private(const fs::path& folder) {
  std::error_code error;
  if (folder.has_parent_path() && !fs::exists(folder.parent_path(), error))
    if (auto parent = make_private(folder.parent_path()); !parent) return parent;
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return tl::unexpected(folder.string() + ": " + std::generic_category().message(errno));
  return {};
}

tl::expected<void, std::string> check_private(const fs::path& folder) {
  struct ::stat status {};
  if (::lstat(folder.c_str(), &status) != 0)
    return tl::unexpected(folder.string() + ": " + std::generic_category().message(errno));
  if (!S_ISDIR(status.st_mode)) return tl::unexpected(folder.string() + " is no folder");
  if (status.st_uid != ::geteuid()) return tl::unexpected(folder.string() + " belongs to another user");
  if ((status.st_mode & 022) != 0) return tl::unexpected(folder.string() + " can be written to by others");
  return {};
}

std::string header_of(std::string_view translation) {
  return "rspbridge-symbols " + sha256(translation) + "\n";
}

/// Marks a file as just used.
void touch(const fs::path& path) {
  ::utimensat(AT_FDCWD, path.c_str(), nullptr, 0);
}

/// Removes the files of a folder that were unused for longest until at most `limit` is left, each counting
/// for its size in bytes or, if not `by_size`, for one.
void trim(const fs::path& folder, std::uint64_t limit, bool by_size) {
  struct File {
    fs::file_time_type used;
    std::uint64_t weight;
    fs::path path;
  };
  std::vector<File> files;
  std::uint64_t total = 0;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code gone;  // By another process.
    File file{at->last_write_time(gone), by_size ? at->file_size(gone) : 1, at->path()};
    if (gone) continue;
    total += file.weight;
    files.push_back(std::move(file));
  }
  if (total <= limit) return;
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.used < b.used; });
  for (const File& file : files) {
    if (total <= limit) break;
    if (fs::remove(file.path, error)) total -= file.weight;
  }
}

}  // namespace

tl::expected<fs::path, std::string> Cache::default_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  // "If an implementation encounters a relative path … it should … ignore it" (XDG Base Directory).
  if (cache && *cache == '/') return fs::path(cache) / "rspbridge" / "symbols";
  const char* home = std::getenv("HOME");
  if (!home || *home != '/') return tl::unexpected(std::string("neither XDG_CACHE_HOME nor HOME is set"));
  return fs::path(home) / ".cache" / "rspbridge" / "symbols";
}

std::unique_ptr<Cache> Cache::open_if_possible(Kept kept) {
  auto cache = default_folder().and_then(
      [kept](fs::path folder) { return open(std::move(folder), default_limit, kept); });
  if (cache) return std::make_unique<Cache>(*std::move(cache));
  spdlog::warn("the target's files aren't kept: {}", cache.error());
  return nullptr;
}

tl::expected<Cache, std::string> Cache::open(fs::path folder, std::uint64_t limit, Kept kept) {
  for (const fs::path& each : {folder, folder / "files", folder / "keys"}) {
    if (auto made = make_private(each); !made) return tl::unexpected(made.error());
    if (auto fine = check_private(each); !fine) return tl::unexpected(fine.error());
  }
  return Cache(std::move(folder), limit, kept);
}

Cache::Cache(fs::path folder, std::uint64_t limit, Kept kept)
    : folder_(std::move(folder)),
      limit_(limit),
      ending_(kept == Kept::as_it_is ? "-as-it-is" : "-v" + std::to_string(translator_version)) {}

fs::path Cache::entry_path(const std::string& digest) const {
  return folder_ / "files" / (digest + ending_);
}

fs::path Cache::key_path(const FileKey& key) const {
  std::string text;
  for (const std::string& part :
       {key.target, key.path, std::to_string(key.size), std::to_string(key.mtime), key.build_id})
    text += std::to_string(part.size()) + ":" + part;
  return folder_ / "keys" / (sha256(text) + ending_);
}

std::optional<std::string> Cache::load(const std::string& digest) {
  const fs::path path = entry_path(digest);
  std::error_code error;
  if (!fs::exists(path, error)) return std::nullopt;
  auto contents = read_file(path);
  if (!contents) {
    spdlog::warn("symbols: {}", contents.error());
    return std::nullopt;
  }
  const auto newline = contents->find('\n');
  std::string translation = newline == std::string::npos ? std::string() : contents->substr(newline + 1);
  if (contents->compare(0, newline + 1, header_of(translation)) != 0) {
    spdlog::warn("symbols: {} is damaged; the file will be translated again", path.string());
    fs::remove(path, error);
    return std::nullopt;
  }
  touch(path);
  return translation;
}

std::optional<std::string> Cache::find(const FileKey& key) {
  const fs::path path = key_path(key);
  std::error_code error;
  if (!fs::exists(path, error)) return std::nullopt;
  const auto digest = read_file(path);
  if (!digest || digest->size() != digest_size ||
      digest->find_first_not_of("0123456789abcdef") != std::string::npos) {
    spdlog::warn("symbols: {} is damaged; the file will be translated again", path.string());
    fs::remove(path, error);
    return std::nullopt;
  }
  auto translation = load(*digest);
  if (translation) touch(path);
  return translation;
}

void Cache::keep(const FileKey& key, std::string_view original, std::string_view translation) {
  const std::string digest = sha256(original);
  std::string contents = header_of(translation);
  if (contents.size() + translation.size() > limit_) return;
  contents += translation;
  auto kept = write_file(entry_path(digest), contents, 0600);
  if (kept) kept = write_file(key_path(key), digest, 0600);
  if (!kept) spdlog::warn("symbols: the translation of {} isn't kept: {}", key.path, kept.error());
  trim(folder_ / "files", limit_, true);
  trim(folder_ / "keys", most_keys, false);
}

}  // namespace rspbridge::proxy::symbols
