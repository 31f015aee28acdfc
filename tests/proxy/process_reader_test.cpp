// What is read beside the stub, and whose it must be.
#include "proxy/far/process_reader.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rsp/endpoint.hpp"
#include "rsp/escape.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge;
using namespace rspbridge::proxy;

namespace {

constexpr std::uint64_t at_random = 0x7ff0;

std::string word(std::uint64_t value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

// One process in which every byte is 'k'.
struct Kernel final : far::ProcessAccess {
  std::map<std::string, std::string, std::less<>> files{
      {"auxv", word(25) + word(at_random) + word(0) + word(0)},
      {"maps",
       "00001000-00002000 r-xp 00000000 fd:01 77 /srv/app\n"
       "00002000-00004000 rw-p 00001000 fd:01 77 /srv/app\n"
       "00005000-00006000 rw-s 00000000 00:06 9 /dev/card0\n"
       "00006000-00007000 ---p 00000000 00:00 0\n"
       "00007000-00008000 rw-p 00000000 00:00 0 [stack]\n"}};
  bool readable = true;

  // Gives 100 bytes at a time.
  struct Open final : File {
    Open(std::string t, bool w) : text(std::move(t)), whole(w) {}
    Outcome read_on(std::string& into) override {
      into += text.substr(0, 100);
      text.erase(0, 100);
      if (!text.empty()) return Outcome::more;
      return whole ? Outcome::end : Outcome::failed;
    }
    std::string text;
    bool whole;
  };
  std::unique_ptr<File> open(std::int64_t pid, std::string_view name) override {
    const auto found = files.find(name);
    if (pid != 9 || found == files.end()) return nullptr;
    return std::make_unique<Open>(found->second, whole_files);
  }
  bool whole_files = true;
  std::optional<std::string> memory(std::int64_t pid, std::uint64_t, std::uint64_t length) override {
    return pid == 9 && readable ? std::optional(std::string(length, 'k')) : std::nullopt;
  }
};

struct Reading {
  Kernel kernel;
  rsp::Endpoint stub;
  far::StubQueue queue{{}};
  far::ProcessReader reader{&kernel, queue};
  int asked = 0;

  // The stub's own bytes at AT_RANDOM are those of `fill`.
  void stops(char fill = 'k', std::int64_t pid = 9, bool executed = false) {
    reader.stopped({pid, 1}, executed);
    answers(fill);
  }
  void answers(char fill = 'k') {
    stub.feed(queue.take_output());
    while (const auto event = stub.next()) {
      if (event->payload.starts_with("m")) {
        ++asked;
        CHECK(event->payload == "m7ff0,10");
      }
      stub.send(event->payload.starts_with("m") ? rsp::to_hex(std::string(16, fill)) : "OK");
      queue.on_bytes(stub.take_output());
      stub.feed(queue.take_output());
    }
  }
  const std::string by_stub = "to be read by the stub";
  std::string file(const std::string& path) {
    std::string got = by_stub;
    const bool begun =
        reader.read_file(path, [&](std::optional<std::string> text, const std::string& why_not) {
          got = text ? *std::move(text) : why_not.empty() ? by_stub : why_not;
        });
    for (int i = 0; i < 100 && reader.reads(); ++i) reader.read_on();
    CHECK((begun || got == by_stub));
    return got;
  }
  std::optional<std::string> reply(const std::string& request) const { return reader.reply(9, request); }
};

const std::string two = "6b6b";

}  // namespace

TEST_CASE("a process is read beside the stub once both ways have given the same random bytes") {
  Reading r;
  r.reader.stopped({9, 1}, false);
  CHECK_FALSE(r.reply("m2000,2"));
  CHECK(r.reader.maps() == nullptr);
  r.answers();
  CHECK(r.reply("m2000,2") == two);
  REQUIRE(r.reader.maps());
  CHECK(*r.reader.maps() == r.kernel.files["maps"]);
  r.stops();
  CHECK(r.asked == 1);
}

TEST_CASE("a process that only has the number of the stub's is never read") {
  Reading r;
  for (int i = 0; i < 3; ++i) r.stops('s');
  CHECK_FALSE(r.reply("m2000,2"));
  CHECK(r.reader.maps() == nullptr);
  // Another process, and another program in the same one, are identified anew.
  r.stops('k', 8);
  r.stops();
  r.stops();
  CHECK(r.reply("m2000,2") == two);
  CHECK_FALSE(r.reader.reply(8, "m2000,2"));
  r.stops('s', 9, true);
  r.stops('s');
  CHECK_FALSE(r.reply("m2000,2"));
}

TEST_CASE("a process that has resumed before it was identified isn't read, nor another one with its number") {
  Reading r;
  r.reader.stopped({9, 1}, false);
  r.reader.resumes();
  r.answers();
  CHECK_FALSE(r.reply("m2000,2"));
  r.stops();
  CHECK(r.reply("m2000,2") == two);
  r.reader.process_gone();
  r.stops('s');
  CHECK_FALSE(r.reply("m2000,2"));
  CHECK(r.asked == 2);
}

TEST_CASE("what runs isn't read, nor what has changed its map") {
  Reading r;
  r.stops();
  r.stops();
  r.reader.resumes();
  CHECK_FALSE(r.reply("m2000,2"));
  CHECK(r.reader.maps() == nullptr);
  r.kernel.files["maps"] = "00002000-00003000 r-xp 00000000 fd:01 77 /srv/app\n";
  r.stops();
  CHECK_FALSE(r.reply("m2000,2"));
  r.kernel.files.erase("maps");
  r.stops();
  CHECK(r.reader.maps() == nullptr);
}

TEST_CASE("the files that tell of the process are read beside the stub, and no others") {
  Reading r;
  r.reader.stopped({9, 1}, false);
  CHECK(r.file("/proc/9/maps") == r.by_stub);
  r.answers();
  CHECK(r.file("/proc/9/maps") == r.kernel.files["maps"]);
  CHECK(r.file("/proc/9/smaps") == r.by_stub);
  CHECK(r.file("/proc/8/maps") == r.by_stub);
  CHECK(r.file("/proc/9/task/9/maps") == r.by_stub);
  CHECK(r.file("/srv/app") == r.by_stub);
  r.kernel.whole_files = false;
  CHECK(r.file("/proc/9/maps") == r.by_stub);
  r.reader.resumes();
  CHECK(r.file("/proc/9/maps") == r.by_stub);
}

TEST_CASE("a long file is read piece by piece, and not to its end once the target goes on") {
  Reading r;
  r.stops();
  std::vector<std::string> ended;
  const auto ready = [&](const std::optional<std::string>& text, const std::string& why_not) {
    ended.push_back(text.value_or(why_not));
  };
  REQUIRE(r.reader.read_file("/proc/9/maps", ready));
  REQUIRE(r.reader.read_file("/proc/9/auxv", ready));
  r.reader.read_on();
  CHECK(r.reader.reads());
  CHECK(ended.empty());
  r.reader.read_on();
  r.reader.read_on();
  CHECK(ended == std::vector{r.kernel.files["maps"]});
  CHECK(r.reader.reads());
  r.reader.resumes();
  CHECK(ended.back() == "the target has gone on");
  CHECK(ended.size() == 2);
  CHECK_FALSE(r.reader.reads());
}

TEST_CASE("code, devices, what lies outside a mapping and pages with a breakpoint are the stub's to read") {
  Reading r;
  r.stops();
  r.stops();
  CHECK_FALSE(r.reply("m1ffe,2"));
  CHECK_FALSE(r.reply("m5000,2"));
  CHECK_FALSE(r.reply("m6000,2"));
  CHECK_FALSE(r.reply("m3fff,2"));
  CHECK_FALSE(r.reply("m9000,2"));
  CHECK_FALSE(r.reply("m2000,ffffffffffffffff"));
  CHECK_FALSE(r.reply("x2000,2"));
  CHECK_FALSE(r.reply("g"));
  CHECK(r.reply("m3ffe,2") == two);
  r.reader.sees({true, {rsp::BreakpointType::hardware, 0x2ff0, 4}, ""});
  CHECK(r.reply("m2000,2") == two);
  r.reader.sees({true, {rsp::BreakpointType::software, 0x2ff0, 4}, ""});
  CHECK_FALSE(r.reply("m2000,2"));
  CHECK_FALSE(r.reply("m3ffe,2"));
  CHECK(r.reply("m7000,2") == two);
  r.kernel.readable = false;
  CHECK_FALSE(r.reply("m7000,2"));
}

TEST_CASE("without access to processes nothing is read, and the stub isn't troubled") {
  far::StubQueue queue{{}};
  far::ProcessReader reader(nullptr, queue);
  reader.stopped({9, 1}, false);
  CHECK(queue.take_output().empty());
  CHECK(reader.maps() == nullptr);
  CHECK_FALSE(reader.reply(9, "m2000,2"));
}
