#include "proxy/symbol_files.hpp"

#include <elf.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

#include <spdlog/spdlog.h>

#include "proxy/symbols/cache.hpp"
#include "proxy/symbols/resolver.hpp"
#include "proxy/symbols/translate.hpp"
#include "proxy/symbols/vdso.hpp"

namespace rspbridge::proxy {
namespace fs = std::filesystem;

namespace {

constexpr std::size_t first_page = 4096;  // bytes; where the build-id nearly always is
constexpr std::uint64_t largest_as_it_is = std::uint64_t{16} << 20;  // bytes; of larger files GDB reads parts
constexpr std::size_t most_files = 200'000;                          // looked at in --symbols folders

std::optional<std::string> read_file(const fs::path& path, std::size_t most = SIZE_MAX) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::string contents;
  if (most == SIZE_MAX) {
    contents.assign(std::istreambuf_iterator<char>(in), {});
  } else {
    contents.resize(most);
    in.read(contents.data(), static_cast<std::streamsize>(most));
    contents.resize(static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad()) return std::nullopt;
  return contents;
}

// What objcopy --only-keep-debug leaves has the program headers, but no code behind them.
bool has_code(std::string_view elf) {
  Elf64_Ehdr header;
  if (elf.size() < sizeof header) return false;
  std::memcpy(&header, elf.data(), sizeof header);
  for (std::size_t i = 0; i < header.e_shnum; ++i) {
    const std::size_t at = header.e_shoff + i * sizeof(Elf64_Shdr);
    Elf64_Shdr section;
    if (at > elf.size() || elf.size() - at < sizeof section) return false;
    std::memcpy(&section, elf.data() + at, sizeof section);
    if ((section.sh_flags & SHF_EXECINSTR) != 0 && section.sh_type == SHT_PROGBITS) return true;
  }
  return false;
}

}  // namespace

SymbolFolders::SymbolFolders(const std::vector<fs::path>& folders) {
  std::size_t files = 0;
  for (const fs::path& folder : folders) {
    std::error_code error;
    fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error), end;
    for (; !error && at != end && files < most_files; at.increment(error)) {
      std::error_code gone;
      if (!at->is_regular_file(gone)) continue;
      ++files;
      add(at->path());
    }
    if (error) spdlog::warn("--symbols {}: {}", folder.string(), error.message());
  }
  if (files == most_files)
    spdlog::warn("--symbols: more than {} files; the rest isn't looked at", most_files);
  spdlog::debug("symbols: {} whole files and {} debug files of ARM64 with a build-id", whole_.size(),
                debug_only_.size());
}

std::shared_ptr<const SymbolFolders> SymbolFolders::of(const std::vector<fs::path>& folders) {
  return folders.empty() ? nullptr : std::make_shared<SymbolFolders>(folders);
}

void SymbolFolders::add(const fs::path& file) {
  const auto start = read_file(file, first_page);
  if (!start || !symbols::is_arm64_elf(*start)) return;
  const auto contents = read_file(file);
  const auto build_id = contents ? symbols::build_id(*contents) : std::nullopt;
  if (build_id) (has_code(*contents) ? whole_ : debug_only_).emplace(*build_id, file);
}

const fs::path* SymbolFolders::whole(const std::string& build_id) const {
  const auto found = whole_.find(build_id);
  return found == whole_.end() ? nullptr : &found->second;
}

const fs::path* SymbolFolders::debug_only(const std::string& build_id) const {
  const auto found = debug_only_.find(build_id);
  return found == debug_only_.end() ? nullptr : &found->second;
}

SymbolFiles::SymbolFiles(std::shared_ptr<const SymbolFolders> folders, std::string target, bool translates)
    : folders_(std::move(folders)), target_(std::move(target)), translates_(translates) {
  auto cache =
      symbols::Cache::open(translates_ ? symbols::Cache::Kept::translation : symbols::Cache::Kept::as_it_is);
  if (cache)
    cache_ = std::make_unique<symbols::Cache>(*std::move(cache));
  else
    spdlog::warn("the target's files aren't kept: {}", cache.error());
}

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
  const auto contents = read_file(path);
  if (!contents) return {nullptr, "the symbol file " + path.string() + " can't be read"};
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
