// The helper beside a real gdbserver: the same answers as without, and what a stop costs on the wire.
#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proxy/near/working_set.hpp"
#include "rsp/escape.hpp"
#include "rsp/memory.hpp"
#include "rsp/stop_reply.hpp"
#include "tests/helper/process.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge;
using namespace rspbridge::proxy;
using namespace rspbridge::proxy::helper::test;

namespace {

constexpr const char* features = "qSupported:multiprocess+;swbreak+;hwbreak+;vContSupported+;QThreadEvents+";

/// A gdbserver with a program of Debian's own, stopped at its first instruction.
class Gdbserver {
 public:
  Gdbserver() : gdbserver_({"sh", "-c", "exec gdbserver --once 127.0.0.1:0 /bin/ls / 2>&1"}) {
    std::string said;
    const std::string mark = "Listening on port ";
    std::size_t at = 0, end = 0;
    while ((at = said.find(mark)) == std::string::npos || (end = said.find('\n', at)) == std::string::npos) {
      const std::string more = gdbserver_.read();
      if (more.empty()) FAIL("gdbserver doesn't listen: " + said);
      said += more;
    }
    port_ = said.substr(at + mark.size(), end - at - mark.size());
  }
  std::string address() const { return "127.0.0.1:" + port_; }

 private:
  Process gdbserver_;
  std::string port_;
};

std::string open(NearSide& near) {
  near.send(link::Open{});
  const auto opened = near.next_of<link::Opened>();
  REQUIRE(opened);
  CHECK(opened->is_stub);
  const auto reply = near.ask(features, link::Effect::changes);
  REQUIRE(reply);
  return *reply;
}

struct Stop {
  link::StopBundle bundle;
  std::vector<link::Fact> facts;
  std::optional<link::MapRead> map;
};

/// Resumes and takes all that comes with the stop.
Stop resume(NearSide& near, const std::string& how) {
  near.send(link::Request{
      .id = ++near.last_id, .payload = how, .effect = link::Effect::resumes, .answer = link::Answer::stop});
  const auto bundle = near.next_of<link::StopBundle>();
  REQUIRE(bundle);
  Stop stop{*bundle, {}, {}};
  while (stop.facts.size() < bundle->coming.size() || (bundle->map_coming && !stop.map)) {
    auto message = near.next();
    REQUIRE(message);
    if (auto* fact = std::get_if<link::Fact>(&*message)) stop.facts.push_back(std::move(*fact));
    if (auto* map = std::get_if<link::MapRead>(&*message)) stop.map = std::move(*map);
  }
  return stop;
}

std::string expanded(const std::string& payload) {
  return rsp::expand_runs(payload).value_or(payload);
}

}  // namespace

TEST_CASE("a session with gdbserver by way of the helper") {
  Gdbserver gdbserver;
  NearSide near(gdbserver.address());
  CHECK(open(near).find("PacketSize=") != std::string::npos);
  near.send(link::Request{
      .id = ++near.last_id, .payload = "?", .effect = link::Effect::looks, .answer = link::Answer::status});
  REQUIRE(near.next_of<link::StopBundle>());

  const Stop stop = resume(near, "vCont;s");
  CHECK(stop.bundle.payload.starts_with("T05"));
  CHECK(stop.facts.empty());  // nothing was wanted
  near.send(link::Wanted{
      .of_stopped_thread = {"g"}, .pages = {{link::WantedPage::Base::pc, 0}}, .pc_regnum = 16, .map = true});
  const Stop second = resume(near, "vCont;s");
  REQUIRE(second.facts.size() == 2);
  CHECK(second.facts[0].payload == near.ask("g"));
  const auto page = near.ask(second.facts[1].question.payload);
  REQUIRE(page);
  CHECK(expanded(*page).size() == 8192);
  CHECK(second.facts[1].payload == page);
  REQUIRE(second.map);
  REQUIRE(second.map->text);
  CHECK(second.map->text->find("[stack]") != std::string::npos);
  near.send(link::ReadFile{77, "/proc/self/nothing"});
  const auto file = near.next_of<link::FileRead>();
  REQUIRE(file);
  CHECK(file->id == 77);
  CHECK_FALSE(file->text);

  const Stop end = resume(near, "vCont;c");
  CHECK(end.bundle.payload.starts_with("W0"));
  near.process().close_stdin();
  CHECK(near.process().wait() == 0);
}

TEST_CASE("what isn't code is read beside gdbserver, and code by it") {
  Gdbserver gdbserver;
  NearSide near(gdbserver.address());
  open(near);
  near.send(link::Request{
      .id = ++near.last_id, .payload = "?", .effect = link::Effect::looks, .answer = link::Answer::status});
  REQUIRE(near.next_of<link::StopBundle>());
  near.send(link::Wanted{.pages = {{link::WantedPage::Base::sp, 0}, {link::WantedPage::Base::pc, 0}},
                         .sp_regnum = 7,
                         .pc_regnum = 16,
                         .map = true});
  resume(near, "vCont;s");
  const Stop stop = resume(near, "vCont;s");
  REQUIRE(stop.facts.size() == 2);
  // gdbserver encodes runs, the kernel doesn't.
  const std::string stack = stop.facts[0].payload.value_or(""), code = stop.facts[1].payload.value_or("");
  const std::string question = stop.facts[0].question.payload;
  CHECK(stack.size() == 8192);
  CHECK(code.find('*') != std::string::npos);
  CHECK(near.ask(question) == stack);
  // Where GDB has set a breakpoint, gdbserver has to say what was there.
  const auto page = rsp::parse_memory_read(question);
  REQUIRE(page);
  const std::string breakpoint = "0," + rsp::format_hex(page->address + 64) + ",1";
  CHECK(near.ask("Z" + breakpoint, link::Effect::changes) == "OK");
  const auto said = near.ask(question);
  REQUIRE(said);
  CHECK(said->find('*') != std::string::npos);
  CHECK(expanded(*said) == stack);
  CHECK(near.ask("z" + breakpoint, link::Effect::changes) == "OK");
  near.process().close_stdin();
}

TEST_CASE("a stop with what is wanted costs little on the wire") {
  Gdbserver gdbserver;
  NearSide near(gdbserver.address());
  open(near);
  near::WorkingSet wanted;
  wanted.set_machine(link::machine_row("i386:x86-64"));
  near.send(wanted.wanted(100));
  resume(near, "vCont;s");
  constexpr int steps = 80;
  std::uint64_t wire = 0, plain = 0, largest = 0;
  for (int i = 0; i < steps; ++i) {
    const auto before = near.link().counters().received;
    const Stop stop = resume(near, "vCont;s");
    const auto& after = near.link().counters().received;
    wire += after.wire - before.wire;
    plain += after.plain - before.plain;
    largest = std::max(largest, after.wire - before.wire);
    const std::string payload = expanded(stop.bundle.payload);
    wanted.stopped(payload);
    // What GDB reads at such a stop: the frame's pages, and some that stay where they are.
    const auto reply = rsp::parse_stop_reply(payload);
    REQUIRE(reply);
    const auto sp = reply->expedited(7);
    REQUIRE(sp);
    wanted.touched_page(*sp);
    wanted.touched_page(*sp + 4096);
    for (const auto& line :
         {stop.map->text->substr(0, 12), stop.map->text->substr(stop.map->text->find('\n') + 1, 12)})
      wanted.touched_page(std::stoull(line, nullptr, 16));
    wanted.asked(std::nullopt, "qXfer:libraries-svr4:read::0,1000");
    near.send(wanted.wanted(100));
  }
  INFO("bytes of a stop, on average: " << wire / steps << " on the wire of " << plain / steps << ", at most "
                                       << largest);
  CHECK(wire / steps < 2048);
  CHECK(plain / steps > 20000);
  if (std::getenv("RSPBRIDGE_MEASURE"))
    WARN("bytes of a stop, on average: " << wire / steps << " on the wire of " << plain / steps
                                         << ", at most " << largest);
}
