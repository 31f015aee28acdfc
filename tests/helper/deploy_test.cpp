// The helper put on a target by a real sshd, and what keeps it from there.
#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>

#include "proxy/launch/far_helper.hpp"
#include "proxy/launch/far_helper_script.hpp"
#include "proxy/link/stream_link.hpp"
#include "proxy/symbols/sha256.hpp"
#include "tests/helper/process.hpp"
#include "tests/support/catch.hpp"
#include "tests/transport/ssh_session_run.hpp"

using namespace rspbridge;
using namespace rspbridge::proxy;
using namespace rspbridge::proxy::helper::test;
using transport::test::SshServer;
namespace fs = std::filesystem;

namespace {

/// A target whose cache folder is the test's own.
class Target {
 public:
  /// @param tools a folder that is the target's PATH; empty: the usual one
  explicit Target(const fs::path& tools = {})
      : cache(dir_.path() / "cache"),
        server("SetEnv XDG_CACHE_HOME=" + cache.string() + (tools.empty() ? "" : " PATH=" + tools.string())) {
  }

 private:
  transport::test::TempDir dir_;

 public:
  fs::path cache;
  fs::path folder() const { return cache / "rspbridge"; }
  fs::path stored() const { return folder() / symbols::sha256(transport::test::read_file(program())); }
  ScriptedStub stub;
  SshServer server;
  launch::FarHelperOptions options{RSPBRIDGE_HELPERS_DIR, RSPBRIDGE_VERSION, stub.address()};

  /// Starts it; the sentence if it can't be started, empty once it has greeted and said that the stub is
  /// there.
  std::string start() {
    std::string sentence;
    transport::test::with_session(server.target(),
                                  [&](transport::SshSessionPtr ssh) -> asio::awaitable<void> {
                                    try {
                                      auto stream = co_await launch::start_far_helper(ssh, options);
                                      stub.accept();
                                      link::NearEnd near(RSPBRIDGE_VERSION);
                                      std::array<char, 4096> buffer{};
                                      while (!near.greeted() && near.error().empty()) {
                                        const std::size_t n = co_await stream->read_some(buffer);
                                        if (n == 0) break;
                                        near.feed({buffer.data(), n});
                                        CHECK_FALSE(near.next());
                                      }
                                      CHECK(near.greeted());
                                      sentence = near.error();
                                    } catch (const launch::NoFarHelper& none) {
                                      sentence = none.what();
                                    }
                                  });
    if (sentence.empty()) CHECK_FALSE(stub.gets("anything"));  // the helper ended with the stream
    return sentence;
  }
  /// How many were removed, or the sentence.
  std::string remove() {
    std::string what;
    transport::test::with_session(server.target(),
                                  [&](transport::SshSessionPtr ssh) -> asio::awaitable<void> {
                                    try {
                                      const std::size_t count = co_await launch::remove_far_helpers(ssh);
                                      what = std::to_string(count);
                                    } catch (const launch::NoFarHelper& none) {
                                      what = none.what();
                                    }
                                  });
    return what;
  }
};

std::uint64_t inode(const fs::path& path) {
  struct stat file {};
  REQUIRE(::lstat(path.c_str(), &file) == 0);
  return file.st_ino;
}

fs::perms mode(const fs::path& path) {
  return fs::status(path).permissions();
}

}  // namespace

TEST_CASE("the helper is put there once, privately, and removed on request") {
  Target target;
  CHECK(target.remove() == "0");
  CHECK(target.start() == "");
  REQUIRE(fs::is_regular_file(target.stored()));
  CHECK(mode(target.stored()) == fs::perms::owner_all);
  CHECK(mode(target.folder()) == fs::perms::owner_all);
  const auto first = inode(target.stored());
  CHECK(target.start() == "");
  CHECK(inode(target.stored()) == first);
  CHECK(target.remove() == "1");
  CHECK_FALSE(fs::exists(target.folder()));
  CHECK(target.remove() == "0");
}

TEST_CASE("a damaged helper is replaced, and what other versions left long ago is removed") {
  Target target;
  REQUIRE(target.start() == "");
  const fs::path old = target.folder() / std::string(64, 'a'), cut = target.folder() / "upload.999999999",
                 under_way = target.folder() / ("upload." + std::to_string(::getpid())),
                 other = target.folder() / "notes";
  const fs::path recent = target.folder() / std::string(64, 'b');
  for (const auto& file : {old, recent, cut, under_way, other}) transport::test::write_file(file, "x");
  fs::last_write_time(old, fs::file_time_type::clock::now() - std::chrono::hours(24 * 40));
  std::ofstream(target.stored(), std::ios::in).write("damage", 6);
  CHECK(target.start() == "");
  CHECK(transport::test::read_file(target.stored()) == transport::test::read_file(program()));
  CHECK_FALSE(fs::exists(old));
  CHECK(fs::exists(recent));
  CHECK_FALSE(fs::exists(cut));
  CHECK(fs::exists(under_way));
  CHECK(fs::exists(other));
  // A symbolic link in place of the helper isn't followed.
  fs::rename(target.stored(), target.cache / "elsewhere");
  fs::create_symlink(target.cache / "elsewhere", target.stored());
  CHECK(target.start() == "");
  CHECK_FALSE(fs::is_symlink(target.stored()));
  CHECK(target.remove() == "2");
  CHECK(fs::exists(other));
}

TEST_CASE("a target without sha256sum, such as one with an old BusyBox") {
  transport::test::TempDir tools;
  for (const char* tool : {"uname", "mkdir", "ls", "id", "cat", "rm", "rmdir", "chmod", "mv", "cksum"})
    fs::create_symlink(fs::path("/bin") / tool, tools.path() / tool);
  Target target(tools.path());
  REQUIRE(target.start() == "");
  const auto first = inode(target.stored());
  CHECK(target.start() == "");
  CHECK(inode(target.stored()) == first);
  std::ofstream(target.stored(), std::ios::in).write("damage", 6);
  CHECK(target.start() == "");
  CHECK(transport::test::read_file(target.stored()) == transport::test::read_file(program()));
  // Without either nothing can be checked, and so nothing is run.
  fs::remove(tools.path() / "cksum");
  CHECK(target.start() == "the target has neither sha256sum nor cksum, by which the helper could be checked");
}

TEST_CASE("folders that aren't to be trusted") {
  Target target;
  const std::string name = target.folder().string();
  fs::create_directories(target.cache / "elsewhere");
  SECTION("a symbolic link") {
    fs::create_directory_symlink(target.cache / "elsewhere", target.folder());
    CHECK(target.start() == "there is a symbolic link on the way to " + name + " on the target");
    CHECK(target.remove() == "there is a symbolic link on the way to " + name + " on the target");
    CHECK(fs::is_empty(target.cache / "elsewhere"));
  }
  SECTION("a symbolic link further up") {
    fs::rename(target.cache, target.cache.string() + "-real");
    fs::create_directory_symlink(target.cache.string() + "-real", target.cache);
    CHECK(target.start() == "there is a symbolic link on the way to " + name + " on the target");
    CHECK_FALSE(fs::exists(target.folder()));
  }
  SECTION("a symbolic link to nowhere") {
    fs::create_directory_symlink("nowhere", target.folder());
    CHECK(target.start().starts_with("no folder for the helper on the target: "));
  }
  SECTION("open to others") {
    fs::create_directory(target.folder());
    fs::permissions(target.folder(), fs::perms::owner_all | fs::perms::group_all);
    CHECK(target.start() == name + " on the target is open to others (drwxrwx---): chmod 700 it");
    CHECK(fs::is_empty(target.folder()));
  }
  SECTION("a file") {
    transport::test::write_file(target.folder(), "");
    CHECK(target.start().starts_with("no folder for the helper on the target: "));
  }
}

TEST_CASE("helpers that can't run") {
  Target target;
  transport::test::TempDir helpers;
  target.options.folder = helpers.path();
  SECTION("there is none") {
    CHECK(target.start() == "there is no far helper beside this rspbridge (" + helpers.path().string() +
                                "); scripts/deps --build installs what building it needs");
  }
  SECTION("none for this machine") {
    const std::string other = std::string(RSPBRIDGE_MACHINE) == "x86_64" ? "aarch64" : "x86_64";
    transport::test::write_file(helpers.path() / ("rspbridge-far-" + other), "x");
    CHECK(target.start() == "this build has no far helper for the target's machine, " RSPBRIDGE_MACHINE
                            "; scripts/deps --build installs what building one for it needs");
  }
  SECTION("another version") {
    transport::test::write_file(helpers.path() / "rspbridge-far-" RSPBRIDGE_MACHINE,
                                "#!/bin/sh\necho rspbridge-far 0.0.0\n");
    CHECK(target.start() ==
          "the helper in " + target.folder().string() + " can not be run on the target: rspbridge-far 0.0.0");
  }
  SECTION("no program") {
    transport::test::write_file(helpers.path() / "rspbridge-far-" RSPBRIDGE_MACHINE,
                                "\x7f"
                                "ELFx");
    CHECK(target.start().starts_with("the helper in " + target.folder().string() +
                                     " can not be run on the target: "));
  }
  SECTION("a stub that can't be named to it") {
    target.options.folder = RSPBRIDGE_HELPERS_DIR;
    target.options.stub = "127.0.0.1:1\";reboot;\"";
    CHECK(target.start() == "the far helper can't be told of a stub at '127.0.0.1:1\";reboot;\"'");
  }
}

TEST_CASE("cksum is POSIX's") {
  // What coreutils' cksum prints.
  CHECK(launch::posix_cksum("") == "4294967295 0");
  CHECK(launch::posix_cksum("123456789") == "930766865 9");
  CHECK(launch::posix_cksum(std::string(70000, 'x')) == "4215398528 70000");
}

TEST_CASE("nothing in the scripts is read specially by any login shell") {
  const launch::HelperImage image{"aarch64", std::string(64, 'a'), "1 2"};
  for (const std::string& script : {launch::start_script({image}, "--connect", "127.0.0.1:1", "v"),
                                    launch::store_script(image), launch::remove_script()}) {
    CHECK(script.find_first_of("'!\n\\") == std::string::npos);
  }
}
