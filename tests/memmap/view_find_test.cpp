#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "memmap/view_client.h"
#include "tests/memmap/view_server.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::memmap::test;

namespace {

struct Runtime {
  TemporaryDirectory directory;
  std::string sessions = directory.path() + "/rspbridge";
  Runtime() { ::setenv("XDG_RUNTIME_DIR", directory.path().c_str(), 1); }
  ~Runtime() { ::unsetenv("XDG_RUNTIME_DIR"); }
};

// errno, or 0 if the session was found.
int find(const char* session) {
  auto* view = rspbridge_view_connect(session, 0);
  const int error = view == nullptr ? errno : 0;
  rspbridge_view_close(view);
  return error;
}

}  // namespace

TEST_CASE_METHOD(Runtime, "client: finds the only session, or the one that is named") {
  CHECK(find(nullptr) == ENOENT);
  REQUIRE(::mkdir(sessions.c_str(), 0700) == 0);
  CHECK(find(nullptr) == ENOENT);
  ViewServer one(sessions + "/one.view");
  CHECK(find(nullptr) == 0);
  CHECK(find("one") == 0);
  CHECK(find("two") == ENOENT);
  CHECK(find((sessions + "/one.view").c_str()) == 0);
  CHECK(find(std::string(5000, 'x').c_str()) == ENAMETOOLONG);
  {
    ViewServer two(sessions + "/two.view");
    CHECK(find(nullptr) == EEXIST);
    CHECK(std::string(rspbridge_view_error()).find("2 sessions") != std::string::npos);
    CHECK(find("two") == 0);
  }
  CHECK(find(nullptr) == 0);  // the socket that nobody listens on doesn't count
}

TEST_CASE_METHOD(Runtime, "client: a directory that others may enter isn't trusted") {
  REQUIRE(::mkdir(sessions.c_str(), 0700) == 0);
  ViewServer one(sessions + "/one.view");
  REQUIRE(::chmod(sessions.c_str(), 0755) == 0);
  CHECK(find(nullptr) == EPERM);
  CHECK(find("one") == EPERM);
  REQUIRE(::chmod(sessions.c_str(), 0700) == 0);
  if (::geteuid() == 0) {
    REQUIRE(::chown(sessions.c_str(), 1234, 1234) == 0);
    CHECK(find(nullptr) == EPERM);
    REQUIRE(::chown(sessions.c_str(), 0, 0) == 0);
  }
  REQUIRE(::rename(sessions.c_str(), (sessions + "2").c_str()) == 0);
  REQUIRE(::symlink((sessions + "2").c_str(), sessions.c_str()) == 0);
  CHECK(find(nullptr) == EPERM);
}

TEST_CASE_METHOD(Runtime, "client: another user's socket isn't trusted") {
  if (::geteuid() != 0) {
    WARN("needs root for a second user");
    return;
  }
  REQUIRE(::chmod(directory.path().c_str(), 0777) == 0);
  const auto path = directory.path() + "/other";
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const auto child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    if (::setgid(1234) != 0 || ::setuid(1234) != 0) ::_exit(1);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, path.c_str());
    const int socket = ::socket(AF_UNIX, SOCK_SEQPACKET, 0);
    if (::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(socket, 1) != 0)
      ::_exit(2);
    if (::write(ready[1], "x", 1) != 1) ::_exit(3);
    ::alarm(20);
    ::_exit(::accept(socket, nullptr, nullptr) >= 0 ? 0 : 4);
  }
  char byte;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  CHECK(find(path.c_str()) == EPERM);
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  ::close(ready[0]);
  ::close(ready[1]);
}
