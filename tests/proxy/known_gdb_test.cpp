#include "proxy/session/known_gdb.hpp"

#include <spawn.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/catch.hpp"

using namespace rspbridge::proxy;

namespace {

struct File {
  explicit File(const std::string& contents) {
    path = std::filesystem::temp_directory_path() / ("known-gdb-" + std::to_string(::getpid()));
    std::ofstream(path, std::ios::binary) << contents;
  }
  ~File() { std::filesystem::remove(path); }
  std::filesystem::path path;
};

}  // namespace

TEST_CASE("a GDB is known by what stands in its executable") {
  struct Case {
    std::string contents;
    bool is_gdb, aarch64, amd64, sve;
  };
  const std::string gap(3 << 20, 'x');
  for (const auto& [contents, is_gdb, aarch64, amd64, sve] :
       {Case{"GNU gdb %s" + gap + "i386:x86-64", true, false, true, false},
        {"GNU gdb %s" + gap + "i386:x86-64aarch64:ilp32org.gnu.gdb.aarch64.sve", true, true, true, true},
        {"nothing", false, false, false, false},
        // Across two of the blocks that the file is read by.
        {std::string((1 << 20) - 5, 'x') + "aarch64:ilp32" + gap + "GNU gdb 1", true, true, false, false}}) {
    const File file(contents);
    const auto found = inspect_gdb(file.path);
    REQUIRE(found);
    CHECK(found->is_gdb == is_gdb);
    CHECK(found->aarch64 == aarch64);
    CHECK(found->amd64 == amd64);
    CHECK(found->aarch64_sve == sve);
  }
  CHECK_FALSE(inspect_gdb("/nowhere/gdb").has_value());
}

TEST_CASE("what isn't a GDB, or can't be seen, gets the native view") {
  CHECK(choose_view(std::nullopt).kind == near::ViewKind::native);
  pid_t child = 0;
  char name[] = "sleep", seconds[] = "30";
  char* const arguments[] = {name, seconds, nullptr};
  REQUIRE(::posix_spawnp(&child, name, nullptr, nullptr, arguments, nullptr) == 0);
  const ViewChoice choice = choose_view(child);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  CHECK(choice.kind == near::ViewKind::native);
  CHECK(choice.why.find("isn't a GDB") != std::string::npos);
}

TEST_CASE("a GDB that was started by naming the dynamic loader is found among what it loaded") {
  // `sleep` with the texts of a GDB behind it: the loader doesn't mind.
  std::ifstream in("/bin/sleep", std::ios::binary);
  const std::string sleeper{std::istreambuf_iterator<char>(in), {}};
  const File file(sleeper + "GNU gdb %s i386:x86-64");
  std::string loader = "/lib64/ld-linux-x86-64.so.2", gdb = file.path, seconds = "30";
  char* const arguments[] = {loader.data(), gdb.data(), seconds.data(), nullptr};
  pid_t child = 0;
  REQUIRE(::posix_spawn(&child, loader.c_str(), nullptr, nullptr, arguments, nullptr) == 0);
  ViewChoice choice;
  for (int tries = 0; tries < 500 && choice.kind == near::ViewKind::native; ++tries) {
    ::usleep(10'000);  // It loads the program first.
    choice = choose_view(child);
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  CHECK(choice.kind == near::ViewKind::x86_64);
  CHECK(choice.why == gdb + " knows x86-64 and not aarch64");
}
