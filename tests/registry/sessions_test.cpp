#include "proxy/registry/sessions.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proxy/registry/session_folder.hpp"
#include "tests/support/catch.hpp"
#include "tests/transport/temp_dir.hpp"

using namespace rspbridge::proxy::registry;
using rspbridge::transport::test::TempDir;

namespace {

Ready ready_of(const std::string& session) {
  return {.pid = ::getpid(),
          .session = session,
          .verb = "exec",
          .target = "board",
          .program = {"./app", "--fast"},
          .rsp = {"127.0.0.1:2345", "unix:/run/x"},
          .http = "http://127.0.0.1:40000",
          .view = {},
          .target_pid = 42,
          .http_token_file = "/home/dev/token"};
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

// Points XDG_RUNTIME_DIR at a folder of the test's own.
struct RuntimeFolder {
  TempDir folder;
  RuntimeFolder() { ::setenv("XDG_RUNTIME_DIR", folder.path().c_str(), 1); }
  ~RuntimeFolder() { ::unsetenv("XDG_RUNTIME_DIR"); }
};

}  // namespace

TEST_CASE("a ready file comes back as it was written") {
  const Ready ready = ready_of("1-abc");
  const auto back = parse_ready(format_ready(ready));
  REQUIRE(back);
  CHECK(format_ready(*back) == format_ready(ready));
  CHECK(
      format_ready(ready) ==
      "{\"version\":1,\"pid\":" + std::to_string(::getpid()) +
          ",\"session\":\"1-abc\",\"verb\":\"exec\",\"target\":\"board\",\"program\":[\"./app\",\"--fast\"],"
          "\"rsp\":[\"127.0.0.1:2345\",\"unix:/run/x\"],\"http\":\"http://127.0.0.1:40000\","
          "\"http_token_file\":\"/home/dev/token\",\"view\":null,\"target_pid\":42}\n");
}

TEST_CASE("arguments that are no UTF-8 don't keep a ready file from being written") {
  Ready ready = ready_of("1-abc");
  ready.program = {"./app", "\xff\xfe"};
  CHECK(parse_ready(format_ready(ready)));
}

TEST_CASE("what is no ready file is told from one") {
  const std::string good = format_ready(ready_of("1-abc"));
  std::string newer = good, without_http = good;
  newer.replace(newer.find("1,"), 1, "2");
  without_http.replace(without_http.find("\"http\""), 6, "\"HTTP\"");
  for (const std::string& text : {std::string(), std::string("["), std::string("[]"), std::string("{}"),
                                  std::string("null"), good.substr(0, good.size() / 2), newer, without_http})
    CHECK_FALSE(parse_ready(text));
}

TEST_CASE("a ready file is for its owner alone, and is removed") {
  TempDir folder;
  const auto file = folder.path() / "ready.json";
  {
    ReadyFile written(file, ready_of("1-abc"));
    struct stat status {};
    REQUIRE(::stat(file.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    CHECK(text_of(file) == format_ready(ready_of("1-abc")));
  }
  CHECK(std::filesystem::is_empty(folder.path()));
  CHECK_THROWS_AS(ReadyFile(folder.path() / "none" / "ready.json", ready_of("1-abc")), std::system_error);
}

TEST_CASE("sessions that live are listed in order") {
  RuntimeFolder runtime;
  CHECK_FALSE(find_session_folder());
  const auto second = register_session(ready_of("2-b")), first = register_session(ready_of("1-a"));
  REQUIRE(first);
  const auto listing = list_sessions(*find_session_folder());
  REQUIRE(listing.sessions.size() == 2);
  CHECK(listing.sessions[0].session == "1-a");
  CHECK(listing.sessions[1].session == "2-b");
  CHECK(listing.problems.empty());
}

TEST_CASE("what a dead session left is removed, with its socket, whoever has its pid now") {
  RuntimeFolder runtime;
  const auto folder = make_session_folder();
  const pid_t child = ::fork();
  if (child == 0) {
    Ready ready = ready_of("7-dead");
    ready.pid = 1;  // as if another process had got it
    new ReadyFile(folder / "7-dead.json", ready);
    write(folder / "7-dead.view", "");
    ::_exit(0);  // as SIGKILL does: nothing is destroyed
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(std::filesystem::exists(folder / "7-dead.json"));
  SECTION("by who looks") {
    const auto listing = list_sessions(folder);
    CHECK(listing.sessions.empty());
    CHECK(listing.problems.empty());
    CHECK(std::filesystem::is_empty(folder));
  }
  SECTION("by the next session") {
    const auto next = register_session(ready_of("8-next"));
    CHECK_FALSE(std::filesystem::exists(folder / "7-dead.json"));
    CHECK_FALSE(std::filesystem::exists(folder / "7-dead.view"));
    CHECK(std::filesystem::exists(folder / "8-next.json"));
  }
}

TEST_CASE("files that are no session's stay, and are told of") {
  RuntimeFolder runtime;
  const auto folder = make_session_folder();
  write(folder / "1-garbage.json", "\x01\x02");
  write(folder / "2-other.json", format_ready(ready_of("9-name")));
  write(folder / "3-ready.txt", "not looked at");
  write(folder / "4-long.json", std::string(2 << 20, ' '));
  std::filesystem::create_symlink(folder / "2-other.json", folder / "5-link.json");
  std::filesystem::create_directory(folder / "6-folder.json");
  REQUIRE(::mkfifo((folder / "7-pipe.json").c_str(), 0600) == 0);
  const auto listing = list_sessions(folder);
  CHECK(listing.sessions.empty());
  REQUIRE(listing.problems.size() == 6);
  CHECK(listing.problems[0].find("1-garbage.json isn't a session's file: it is no JSON") !=
        std::string::npos);
  CHECK(listing.problems[1].find("its name isn't its session's") != std::string::npos);
  CHECK(listing.problems[2].find("it is too long") != std::string::npos);
  CHECK(listing.problems[3].find("it is a symbolic link") != std::string::npos);
  CHECK(listing.problems[4].find("it is no regular file") != std::string::npos);
  CHECK(listing.problems[5].find("it is no regular file") != std::string::npos);
  CHECK(std::distance(std::filesystem::directory_iterator(folder), {}) == 7);
}

TEST_CASE("a session's file of another user isn't believed") {
  RuntimeFolder runtime;
  const auto folder = make_session_folder();
  write(folder / "1-abc.json", format_ready(ready_of("1-abc")));
  if (::chown((folder / "1-abc.json").c_str(), 65534, 65534) != 0) {
    CHECK(::getuid() != 0);  // who can't give a file away
    return;
  }
  const auto listing = list_sessions(folder);
  CHECK(listing.sessions.empty());
  REQUIRE(listing.problems.size() == 1);
  CHECK(listing.problems[0].find("it is another user's") != std::string::npos);
  CHECK(std::filesystem::exists(folder / "1-abc.json"));
}

TEST_CASE("a folder that others may enter isn't used") {
  RuntimeFolder runtime;
  const auto folder = make_session_folder();
  REQUIRE(::chmod(folder.c_str(), 0755) == 0);
  CHECK_THROWS_AS(find_session_folder(), std::system_error);
  CHECK_THROWS_AS(make_session_folder(), std::system_error);
  CHECK_FALSE(register_session(ready_of("1-abc")));
  std::filesystem::remove(folder);
  std::filesystem::create_directory_symlink(runtime.folder.path(), folder);
  CHECK_THROWS_AS(find_session_folder(), std::system_error);
}
