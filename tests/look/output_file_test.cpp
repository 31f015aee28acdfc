#include "proxy/cli/look/output_file.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>

#include "proxy/cli/errors.hpp"
#include "tests/support/catch.hpp"
#include "tests/transport/temp_dir.hpp"

using rspbridge::proxy::cli::Failure;
using rspbridge::proxy::cli::look::OutputFile;
using rspbridge::transport::test::TempDir;

namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

auto files_in(const TempDir& folder) {
  return std::distance(std::filesystem::directory_iterator(folder.path()), {});
}

}  // namespace

TEST_CASE("a file is there once it is whole") {
  TempDir folder;
  const auto path = folder.path() / "core";
  std::ofstream(path) << "old";
  std::filesystem::create_symlink("core", folder.path() / "link");
  {
    OutputFile file(folder.path() / "link");
    file.write("new");
    CHECK(text_of(path) == "old");
    file.write("er");
    file.finish();
  }
  CHECK(text_of(path) == "newer");
  CHECK(std::filesystem::is_symlink(folder.path() / "link"));
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  CHECK(files_in(folder) == 2);
}

TEST_CASE("of a file that isn't finished nothing stays") {
  TempDir folder;
  { OutputFile(folder.path() / "core").write("half"); }
  CHECK(files_in(folder) == 0);
}

TEST_CASE("a signal that ends the program removes the file, too") {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    TempDir folder;
    const pid_t child = ::fork();
    if (child == 0) {
      OutputFile file(folder.path() / "core");
      file.write("half");
      std::raise(number);
      ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == number);
    CHECK(files_in(folder) == 0);
  }
}

TEST_CASE("what is no file isn't replaced by one") {
  TempDir folder;
  CHECK_THROWS_AS(OutputFile("/dev/null"), Failure);
  CHECK_THROWS_AS(OutputFile(folder.path()), Failure);
  CHECK_THROWS_AS(OutputFile(folder.path() / "none" / "core"), Failure);
}
