#include "proxy/cli/look/find_session.hpp"

#include <cstdlib>
#include <fstream>

#include "proxy/cli/errors.hpp"
#include "proxy/registry/sessions.hpp"
#include "tests/support/catch.hpp"
#include "tests/transport/temp_dir.hpp"

using namespace rspbridge::proxy::cli;
using namespace rspbridge::proxy::cli::look;
using rspbridge::proxy::registry::Ready;

namespace {

Ready ready_of(const std::string& session, std::optional<std::string> http = "http://127.0.0.1:1") {
  return {.pid = 1,
          .session = session,
          .verb = "exec",
          .target = "board",
          .program = {"./app", "x"},
          .rsp = {},
          .http = std::move(http),
          .view = {},
          .target_pid = 42};
}

// The exit code and the message of what is thrown.
template <typename Call>
std::pair<int, std::string> failure_of(const Call& call) {
  try {
    call();
  } catch (const Failure& failure) {
    return {failure.code(), failure.what()};
  }
  return {exit_ok, "nothing was thrown"};
}

}  // namespace

TEST_CASE("a session is found by its ID, by its beginning, and by being the only one") {
  const std::vector<Ready> two{ready_of("12-a"), ready_of("123-b")}, one{ready_of("12-a")};
  CHECK(choose_session(one, "").session == "12-a");
  CHECK(choose_session(two, "12-").session == "12-a");
  CHECK(choose_session(two, "123").session == "123-b");
  CHECK(choose_session({ready_of("12"), ready_of("123")}, "12").session == "12");
}

TEST_CASE("a session is found by where GDB connects") {
  std::vector<Ready> two{ready_of("12-a"), ready_of("123-b")};
  two[1].rsp = {"127.0.0.1:2345", "unix:/x"};
  CHECK(choose_session(two, "127.0.0.1:2345").session == "123-b");
  CHECK(choose_session(two, "unix:/x").session == "123-b");
  CHECK(has_session(two, "unix:/x"));
  CHECK(has_session(two, "12"));
  CHECK_FALSE(has_session(two, "127.0.0.1:234"));
  CHECK_FALSE(has_session({}, ""));
}

TEST_CASE("who can't be found is told how to go on") {
  const std::vector<Ready> two{ready_of("12-a"), ready_of("123-b")};
  const auto none = failure_of([] { choose_session({}, ""); });
  CHECK(none.first == exit_connection);
  CHECK(none.second.find("rspbridge exec TARGET -- PROGRAM") != std::string::npos);
  CHECK(failure_of([&] { choose_session(two, ""); }) ==
        std::pair<int, std::string>(exit_usage,
                                    "there are several sessions: choose one with --session ID.\n"
                                    "  12-a  board, pid 42, ./app x\n  123-b  board, pid 42, ./app x"));
  CHECK(failure_of([&] { choose_session(two, "12"); }).first == exit_usage);
  const auto unknown = failure_of([&] { choose_session(two, "9"); });
  CHECK(unknown.first == exit_connection);
  CHECK(unknown.second.find("begins with '9'") != std::string::npos);
  CHECK(unknown.second.find("12-a") != std::string::npos);
}

TEST_CASE("--session takes a URL, a ready file or an ID") {
  rspbridge::transport::test::TempDir folder;
  ::setenv("XDG_RUNTIME_DIR", folder.path().c_str(), 1);
  CHECK(session_address("http://127.0.0.1:40000").url == "http://127.0.0.1:40000");
  CHECK(failure_of([] { session_address(""); }).first == exit_connection);
  const auto file = folder.path() / "ready.json";
  const rspbridge::proxy::registry::ReadyFile written(file, ready_of("5-e", "http://127.0.0.1:5"));
  CHECK(session_address(file.string()).url == "http://127.0.0.1:5");
  CHECK(failure_of([&] { session_address(file.string() + "x"); }).first == exit_connection);
  CHECK(failure_of([] { session_address("none.json"); }).second.find("can't be read") != std::string::npos);
  std::ofstream(folder.path() / "garbage") << "{}";
  CHECK(failure_of([&] { session_address((folder.path() / "garbage").string()); }).first == exit_failed);
  const auto registered = rspbridge::proxy::registry::register_session(ready_of("6-f", "http://127.0.0.1:6"));
  CHECK(session_address("").url == "http://127.0.0.1:6");
  CHECK(session_address("6").url == "http://127.0.0.1:6");
  Ready locked = ready_of("8-h", "http://127.0.0.1:8");
  locked.http_token_file = "/home/dev/token";
  const auto secret = rspbridge::proxy::registry::register_session(locked);
  CHECK(session_address("8") == HttpAddress{"http://127.0.0.1:8", "/home/dev/token"});
  const auto silent = rspbridge::proxy::registry::register_session(ready_of("7-g", std::nullopt));
  const auto off = failure_of([] { session_address("7"); });
  CHECK(off.first == exit_failed);
  CHECK(off.second.find("--http off") != std::string::npos);
  ::unsetenv("XDG_RUNTIME_DIR");
}
