#include <sys/wait.h>

#include <cstdio>
#include <string>

#include "tests/memmap/view_server.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::memmap;
using namespace rspbridge::memmap::test;

TEST_CASE("the Python module speaks the view") {
  constexpr std::uint64_t base = 0xffffb7e00000;
  TemporaryDirectory directory;
  ViewServer server(directory.path() + "/test.view");
  server.vmas =
      "1000-2000 r-xp 00000000 b3:02 42    /opt/my prog\nRss: 4 kB\nVmFlags: rd ex\n"
      "3000-4000 rw-p 00000000 00:00 0 \n";
  server.set_unreadable({VirtAddr{base - 2 * view_page_size}, VirtAddr{base}});
  server.stop();
  const std::string source = RSPBRIDGE_SOURCE_DIR;
  const auto command = "timeout 60 python3 '" + source + "/tests/memmap/view_python_test.py' '" + source +
                       "/scripts/python' '" + server.path + "' 2>&1";
  auto* output = ::popen(command.c_str(), "r");
  REQUIRE(output != nullptr);
  std::string said;
  char line[1000];
  bool done = false;
  while (std::fgets(line, sizeof line, output) != nullptr) {
    const std::string word = line;
    if (word == "stop\n")
      server.stop();
    else if (word == "resume\n")
      server.resume();
    else if (word == "die\n")
      server.die();
    else if (word == "done\n")
      done = true;
    else
      said += word;
  }
  CHECK(said == "");
  CHECK(::pclose(output) == 0);
  CHECK(done);
}
