#include "proxy/files/image_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include <spdlog/spdlog.h>

#include "proxy/symbols/cache.hpp"
#include "proxy/symbols/files.hpp"
#include "proxy/symbols/translate.hpp"

namespace rspbridge::proxy {
namespace fs = std::filesystem;

using triage::SourceFile;

namespace {

std::optional<SourceFile> opened(const fs::path& path) {
  memmap::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  return SourceFile{std::move(file), path.string()};
}

SourceFile copy_of(const memmap::FileDescriptor& file) {
  return {memmap::FileDescriptor(::dup(file.get())), {}};
}

std::string identity(const std::string& path, const std::string& build_id) {
  return build_id.empty() ? path : build_id;
}

// On this machine, in a sysroot and on the target the same; empty without a build-id.
std::string path_of_debug(const std::string& build_id) {
  if (build_id.size() < 3) return {};
  return std::string(ImageFiles::debug_folder) + "/" + build_id.substr(0, 2) + "/" + build_id.substr(2) +
         ".debug";
}

}  // namespace

ImageFiles::ImageFiles(std::shared_ptr<const SymbolFolders> folders, std::string target, fs::path sysroot)
    : folders_(std::move(folders)),
      target_(std::move(target)),
      sysroot_(std::move(sysroot)),
      cache_(symbols::Cache::open_if_possible(symbols::Cache::Kept::as_it_is)) {}

ImageFiles::~ImageFiles() = default;

// A file is looked for by what stands in memory, which tells neither its size nor its time.
symbols::FileKey ImageFiles::key_of(const std::string& path, const std::string& build_id) const {
  return {target_, path, 0, 0, build_id};
}

std::optional<SourceFile> ImageFiles::in_sysroot(const std::string& path, const std::string& build_id) const {
  if (sysroot_.empty()) return std::nullopt;
  const fs::path here = sysroot_ / fs::path(path).relative_path();
  if (!build_id.empty()) {
    const auto contents = symbols::read_file(here);
    if (!contents) return std::nullopt;
    const auto found = symbols::build_id(*contents);
    if (found && *found != build_id) {
      spdlog::warn("{} isn't the file that was running: its build-id is {}, not {}", here.string(), *found,
                   build_id);
      return std::nullopt;
    }
  }
  return opened(here);
}

std::optional<SourceFile> ImageFiles::find(const std::string& path, const std::string& build_id) {
  if (folders_ && !build_id.empty())
    if (const fs::path* mine = folders_->whole(build_id)) return opened(*mine);
  if (auto file = in_sysroot(path, build_id)) return file;
  const auto known = taken_.find(identity(path, build_id));
  if (known != taken_.end()) return copy_of(known->second);
  if (build_id.empty() || !cache_) return std::nullopt;
  const auto kept = cache_->find(key_of(path, build_id));
  if (!kept) return std::nullopt;
  return copy_of(taken_[identity(path, build_id)] = triage::file_of(*kept));
}

std::optional<SourceFile> ImageFiles::take(const std::string& path, const std::string& build_id,
                                           const std::string& contents) {
  if (!build_id.empty() && symbols::build_id(contents) != build_id) return std::nullopt;
  auto file = triage::file_of(contents);
  if (!build_id.empty()) {
    taken_[identity(path, build_id)] = memmap::FileDescriptor(::dup(file.get()));
    if (cache_) cache_->keep(key_of(path, build_id), contents, contents);
  }
  return SourceFile{std::move(file), {}};
}

std::optional<SourceFile> ImageFiles::find_debug(const std::string& build_id) {
  const std::string on_target = path_of_debug(build_id);
  if (on_target.empty()) return std::nullopt;
  if (folders_)
    if (const fs::path* mine = folders_->debug_only(build_id)) return opened(*mine);
  if (!sysroot_.empty())
    if (auto file = opened(sysroot_ / fs::path(on_target).relative_path())) return file;
  if (auto file = opened(on_target)) return file;
  if (!debug_.contains(build_id) && cache_)
    if (const auto kept = cache_->find(key_of(on_target, build_id)))
      debug_[build_id] = triage::file_of(*kept);
  const auto known = debug_.find(build_id);
  if (known == debug_.end() || !known->second) return std::nullopt;
  return copy_of(known->second);
}

std::string ImageFiles::debug_path(const std::string& build_id) {
  return debug_.contains(build_id) ? std::string() : path_of_debug(build_id);
}

std::optional<SourceFile> ImageFiles::take_debug(const std::string& build_id, const std::string& contents) {
  auto& mine = debug_[build_id];
  if (contents.empty() || symbols::build_id(contents) != build_id) return std::nullopt;
  mine = triage::file_of(contents);
  if (cache_) cache_->keep(key_of(path_of_debug(build_id), build_id), contents, contents);
  return copy_of(mine);
}

}  // namespace rspbridge::proxy
