#include "proxy/files/symbol_files.hpp"

#include <elf.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include "proxy/symbols/translate.hpp"
#include "tests/support/catch.hpp"
#include "tests/transport/temp_dir.hpp"

namespace rspbridge::proxy::test {
namespace {

/// An ARM64 ELF file of nothing but its header.
std::string smallest_elf() {
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_DYN;
  header.e_machine = EM_AARCH64;
  header.e_version = EV_CURRENT;
  header.e_ehsize = sizeof header;
  std::string bytes(sizeof header, '\0');
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes;
}

/// XDG_CACHE_HOME is this folder while it lives.
class CacheHome {
 public:
  CacheHome() {
    if (const char* saved = std::getenv("XDG_CACHE_HOME")) saved_ = saved;
    ::setenv("XDG_CACHE_HOME", folder_.path().c_str(), 1);
  }
  ~CacheHome() { saved_ ? ::setenv("XDG_CACHE_HOME", saved_->c_str(), 1) : ::unsetenv("XDG_CACHE_HOME"); }

 private:
  transport::test::TempDir folder_;
  std::optional<std::string> saved_;
};

}  // namespace

TEST_CASE("A file as it is and its translation are kept apart, whichever came first") {
  const CacheHome home;
  const std::string elf = smallest_elf();
  const near::FileIdentity file{"/lib/libc.so.6", elf.size(), 1700000000, ""};
  const bool translated_first = GENERATE(true, false);
  for (const bool translates : {translated_first, !translated_first}) {
    SymbolFiles files(nullptr, "board", translates);
    CHECK(!files.find(file));
    const auto taken = files.take(file, elf);
    REQUIRE(taken.contents);
    CHECK((*taken.contents == elf) == !translates);
  }
  for (const bool translates : {true, false}) {
    const auto kept = SymbolFiles(nullptr, "board", translates).find(file);
    REQUIRE(kept);
    REQUIRE(kept->contents);
    CHECK((*kept->contents == elf) == !translates);
  }
}

TEST_CASE(
    "The dynamic linker has the names of lazy binding, read from the target or kept, translated or not") {
  const CacheHome home;
  std::ifstream in("/usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1", std::ios::binary);
  const std::string elf(std::istreambuf_iterator<char>(in), {});
  const auto build_id = symbols::build_id(elf);
  REQUIRE(build_id);
  const near::FileIdentity file{"/lib/ld-linux-aarch64.so.1", elf.size(), 1700000000, *build_id};
  const bool translates = GENERATE(true, false);
  SymbolFiles files(nullptr, "board", translates);
  const auto taken = files.take(file, elf);
  REQUIRE(taken.contents);
  const std::string name = "_dl_runtime_resolve";
  REQUIRE(elf.find(name) == std::string::npos);
  CHECK(taken.contents->find(name) != std::string::npos);
  const auto kept = SymbolFiles(nullptr, "board", translates).find(file);
  REQUIRE(kept);
  REQUIRE(kept->contents);
  const bool kept_same = *kept->contents == *taken.contents;  // they are too long to be shown
  CHECK(kept_same);
  const transport::test::TempDir sysroot;
  std::ofstream(sysroot.path() / "ld.so", std::ios::binary) << elf;
  const auto folders = std::make_shared<SymbolFolders>(std::vector<std::filesystem::path>{sysroot.path()});
  const auto mine = SymbolFiles(folders, "", translates).find(file);
  REQUIRE(mine);
  REQUIRE(mine->contents);
  const bool mine_same = *mine->contents == *taken.contents;
  CHECK(mine_same);
}

}  // namespace rspbridge::proxy::test
