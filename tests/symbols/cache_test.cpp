#include "proxy/symbols/cache.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/symbols/programs.hpp"
#include "tests/transport/temp_dir.hpp"

namespace rspbridge::proxy::symbols::test {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

const FileKey libc{"board", "/lib/libc.so.6", 1651472, 1700000000, "ab12"};

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  return files;
}

}  // namespace

TEST_CASE("cache: finds by key what was kept, in another process, too") {
  const transport::test::TempDir temp;
  const auto folder = temp.path() / "a" / "b";
  {
    auto cache = Cache::open(folder);
    REQUIRE(cache);
    CHECK(!cache->find(libc));
    cache->keep(libc, "original", "translation");
    CHECK(cache->find(libc) == "translation");
  }
  auto cache = Cache::open(folder);
  REQUIRE(cache);
  CHECK(cache->find(libc) == "translation");
  struct ::stat status {};
  REQUIRE(::stat(folder.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0700);
}

TEST_CASE("cache: every part of the key counts") {
  const transport::test::TempDir temp;
  auto cache = Cache::open(temp.path() / "c");
  REQUIRE(cache);
  cache->keep(libc, "original", "translation");
  for (const FileKey& other : {FileKey{"other", libc.path, libc.size, libc.mtime, libc.build_id},
                               {libc.target, "/lib/libd.so.6", libc.size, libc.mtime, libc.build_id},
                               {libc.target, libc.path, libc.size + 1, libc.mtime, libc.build_id},
                               {libc.target, libc.path, libc.size, libc.mtime + 1, libc.build_id},
                               {libc.target, libc.path, libc.size, libc.mtime, "ab13"},
                               {libc.target + "/", "lib/libc.so.6", libc.size, libc.mtime, libc.build_id}})
    CHECK(!cache->find(other));
}

TEST_CASE("cache: what was damaged isn't used, and goes") {
  const transport::test::TempDir temp;
  const auto folder = temp.path() / "c";
  auto cache = Cache::open(folder);
  REQUIRE(cache);
  for (const char* damage : {"", "x", "rspbridge-symbols 00\ntranslation", "translation"}) {
    cache->keep(libc, "original", "translation");
    std::ofstream(files_in(folder / "files").at(0)) << damage;
    CHECK(!cache->find(libc));
    CHECK(files_in(folder / "files").empty());
  }
  cache->keep(libc, "original", std::string(100000, 'x'));
  const auto file = files_in(folder / "files").at(0);
  std::fstream(file, std::ios::in | std::ios::out | std::ios::binary).seekp(5000).put('y');
  CHECK(!cache->find(libc));
  cache->keep(libc, "original", "translation");
  std::ofstream(files_in(folder / "keys").at(0)) << "../../../../etc/passwd";
  CHECK(!cache->find(libc));
  CHECK(files_in(folder / "keys").empty());
}

TEST_CASE("cache: the ones unused for longest go first") {
  const transport::test::TempDir temp;
  const auto folder = temp.path() / "c";
  auto cache = Cache::open(folder, 3000);
  REQUIRE(cache);
  const auto age = [&](const char* original, int hours) {  // As if it had last been used so long ago.
    for (const auto& file : files_in(folder / "files"))
      if (contents_of(file).ends_with(original))
        fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::hours(hours));
  };
  const auto key_of = [](const char* name) { return FileKey{name, "p", 1, 1, ""}; };
  const auto keep = [&](const char* name) { cache->keep(key_of(name), name, std::string(900, 'x') + name); };
  keep("one");
  keep("two");
  keep("three");
  age("one", 3), age("two", 2), age("three", 1);
  CHECK(cache->find(key_of("one")));  // Used now.
  keep("four");
  CHECK(cache->find(key_of("one")));
  CHECK(!cache->find(key_of("two")));
  CHECK(cache->find(key_of("three")));
  CHECK(cache->find(key_of("four")));
  cache->keep(libc, "large", std::string(4000, 'x'));
  CHECK(!cache->find(libc));
  CHECK(cache->find(key_of("four")));
}

TEST_CASE("cache: a folder that others could have written to isn't used") {
  const transport::test::TempDir temp;
  const auto open_to_all = temp.path() / "open", link = temp.path() / "link", file = temp.path() / "file";
  fs::create_directory(open_to_all);
  fs::permissions(open_to_all, fs::perms::all);
  fs::create_directory(temp.path() / "mine");
  fs::create_directory_symlink(temp.path() / "mine", link);
  std::ofstream(file) << "x";
  struct Refused {
    fs::path folder;
    const char* words;
  };
  for (const Refused& row : {Refused{open_to_all, "can be written to by others"},
                             {link, "is no folder"},
                             {file, "is no folder"},
                             {"/proc/rspbridge", "/proc/rspbridge: "}}) {
    const auto cache = Cache::open(row.folder);
    REQUIRE(!cache);
    CHECK_THAT(cache.error(), ContainsSubstring(row.words));
  }
}

TEST_CASE("cache: its folder is where XDG says") {
  const auto saved = std::getenv("XDG_CACHE_HOME"), home = std::getenv("HOME");
  const std::string saved_text = saved ? saved : "", home_text = home ? home : "";
  ::setenv("XDG_CACHE_HOME", "/x/cache", 1);
  CHECK(Cache::default_folder() == fs::path("/x/cache/rspbridge/symbols"));
  ::setenv("XDG_CACHE_HOME", "relative", 1);
  ::setenv("HOME", "/home/u", 1);
  CHECK(Cache::default_folder() == fs::path("/home/u/.cache/rspbridge/symbols"));
  ::unsetenv("HOME");
  CHECK(!Cache::default_folder());
  saved ? ::setenv("XDG_CACHE_HOME", saved_text.c_str(), 1) : ::unsetenv("XDG_CACHE_HOME");
  if (home) ::setenv("HOME", home_text.c_str(), 1);
}

TEST_CASE("cache: a file is kept as it is and translated, each apart") {
  const transport::test::TempDir temp;
  auto translated = Cache::open(temp.path() / "c");
  auto as_it_is = Cache::open(temp.path() / "c", Cache::default_limit, Cache::Kept::as_it_is);
  REQUIRE((translated && as_it_is));
  translated->keep(libc, "original", "translation");
  CHECK(!as_it_is->find(libc));
  as_it_is->keep(libc, "original", "original");
  CHECK(as_it_is->find(libc) == "original");
  CHECK(translated->find(libc) == "translation");
}

}  // namespace rspbridge::proxy::symbols::test
