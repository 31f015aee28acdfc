#include "proxy/files/symbol_folders.hpp"

#include <elf.h>

#include <cstring>
#include <fstream>
#include <string_view>
#include <system_error>

#include <spdlog/spdlog.h>

#include "proxy/symbols/files.hpp"
#include "proxy/symbols/translate.hpp"

namespace rspbridge::proxy {
namespace fs = std::filesystem;

namespace {

constexpr std::streamsize first_page = 4096;  // bytes; where the build-id nearly always is
constexpr std::size_t most_files = 200'000;   // looked at in --symbols folders

std::string start_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string start(first_page, '\0');
  in.read(start.data(), first_page);
  start.resize(static_cast<std::size_t>(in.gcount()));
  return start;
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
  if (!symbols::is_arm64_elf(start_of(file))) return;
  const auto contents = symbols::read_file(file);
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

}  // namespace rspbridge::proxy
