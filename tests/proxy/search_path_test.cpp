#include "proxy/cli/search_path.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/transport/temp_dir.hpp"

using namespace rspbridge;
namespace fs = std::filesystem;

TEST_CASE("a program is found in the first folder of PATH where it may be executed") {
  const transport::test::TempDir temp;
  for (const char* folder : {"none", "data", "first", "second"}) fs::create_directory(temp.path() / folder);
  for (const char* file : {"data/tool", "first/tool", "second/tool"})
    std::ofstream(temp.path() / file) << "x";
  for (const char* file : {"first/tool", "second/tool"}) fs::permissions(temp.path() / file, fs::perms(0700));
  const char* path = std::getenv("PATH");
  const std::string saved = path ? path : "";
  std::string folders;
  for (const char* folder : {"none", "data", "first", "second"})
    folders += (folders.empty() ? "" : ":") + (temp.path() / folder).string();
  ::setenv("PATH", folders.c_str(), 1);
  const auto found = proxy::cli::find_program("tool"), missing = proxy::cli::find_program("other");
  path ? ::setenv("PATH", saved.c_str(), 1) : ::unsetenv("PATH");
  CHECK(found == temp.path() / "first" / "tool");
  CHECK_FALSE(missing);
}
