#include "proxy/recorder.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/catch.hpp"
#include "tests/support/warnings.hpp"

using rspbridge::proxy::Recorder;

namespace {

unsigned mode_of(const std::filesystem::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777;
}

std::filesystem::path temporary_file() {
  std::string name = (std::filesystem::temp_directory_path() / "recorder_test.XXXXXX").string();
  const int fd = ::mkstemp(name.data());
  REQUIRE(fd >= 0);
  ::close(fd);
  return name;
}

}  // namespace

TEST_CASE("a record has one line a packet, and what doesn't print is escaped") {
  const auto file = temporary_file();
  {
    Recorder recorder;
    recorder.write_to(file);
    recorder.record(Recorder::Leg::gdb, Recorder::Direction::to_target, "+$g#67$m1,2#x");
    recorder.record(Recorder::Leg::stub, Recorder::Direction::to_host, std::string("$b\x01\\#00", 7));
  }
  std::ifstream in(file);
  std::string text((std::istreambuf_iterator<char>(in)), {}), without_times;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    without_times += text.substr(text.find(' ', at) + 1, end - text.find(' ', at));
    at = end + 1;
  }
  CHECK(without_times == "gdb  -> +\ngdb  -> $g#67\ngdb  -> $m1,2#x\nstub <- $b\\x01\\\\#00\n");
  std::filesystem::remove(file);
}

TEST_CASE("a record is for its owner alone, also where the file was there before") {
  const auto file = temporary_file();
  REQUIRE(::chmod(file.c_str(), 0644) == 0);
  Recorder recorder;
  recorder.write_to(file);
  CHECK(mode_of(file) == 0600);
  std::filesystem::remove(file);
}

TEST_CASE("what is no regular file keeps its mode") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  REQUIRE(::fchmod(ends[1], 0644) == 0);
  const std::string path = "/proc/self/fd/" + std::to_string(ends[1]);
  Recorder recorder;
  recorder.write_to(path);
  CHECK(mode_of(path) == 0644);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_CASE("a record that can't be written is an error") {
  Recorder recorder;
  CHECK_THROWS_AS(recorder.write_to("/nonexistent/folder/record"), std::system_error);
}

TEST_CASE("a record that is cut off is said to be, once") {
  const rspbridge::tests::Warnings warnings;
  Recorder recorder;
  recorder.write_to("/dev/full");
  for (int i = 0; i < 3; ++i) recorder.record(Recorder::Leg::gdb, Recorder::Direction::to_target, "$g#67");
  REQUIRE(warnings.texts().size() == 1);
  CHECK(warnings.texts().front() ==
        "the record /dev/full is cut off here: No space left on device; the session goes on without it");
  CHECK(recorder.count() == 3);
}

TEST_CASE("the last packets are kept, of long ones the beginning") {
  Recorder recorder;
  for (int i = 0; i < 1200; ++i)
    recorder.record(Recorder::Leg::gdb, Recorder::Direction::to_target, "$m" + std::to_string(i) + ",4#00");
  recorder.record(Recorder::Leg::stub, Recorder::Direction::to_host, "$" + std::string(5000, 'a') + "#00");
  CHECK(recorder.count() == 1201);
  REQUIRE(recorder.recent().size() == Recorder::kept_packets);
  CHECK(recorder.recent().front().bytes == "$m201,4#00");
  CHECK(recorder.recent().back().bytes == "$" + std::string(Recorder::kept_bytes - 1, 'a'));
  CHECK(recorder.recent().back().length == 5004);
  CHECK(recorder.recent().back().leg == Recorder::Leg::stub);
}
