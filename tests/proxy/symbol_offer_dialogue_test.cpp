// The stub's look-ups of symbols, as dialogues.
#include <string>

#include "proxy/near/symbol_offer.hpp"
#include "rsp/escape.hpp"
#include "tests/support/dialogue.hpp"

using namespace rspbridge;
using tests::Dialogue;
namespace near = proxy::near;

namespace {

const std::string gdbserver =
    "PacketSize=47ff;QPassSignals+;QProgramSignals+;QStartupWithShell+;QStartNoAckMode+;multiprocess+";

std::string lookup(std::string_view name) {
  return "qSymbol:" + rsp::to_hex(name);
}

// GDB offers its symbols, and answers what it is asked here: each has its number as its value, but the first
// two are unknown.
void offer(Dialogue& d) {
  d.gdb_sends("qSymbol::");
  int number = 0;
  for (const std::string_view name : near::looked_up_symbols()) {
    d.gdb_gets(lookup(name));
    d.stub_gets_nothing();
    const std::string value =
        number < 2 ? std::string() : rsp::format_hex(static_cast<std::uint64_t>(number));
    d.gdb_sends("qSymbol:" + value + ":" + rsp::to_hex(name));
    ++number;
  }
}

}  // namespace

TEST_CASE("the stub's look-ups are answered by what GDB was asked before") {
  Dialogue d(true);
  d.open(gdbserver);
  offer(d);
  d.gdb_gets("OK");  // it needn't wait
  d.stub_gets("qSymbol::");
  const auto names = near::looked_up_symbols();
  REQUIRE(names.size() > 3);
  for (const std::size_t i : {std::size_t{0}, std::size_t{3}, std::size_t{2}}) {
    d.stub_sends(lookup(names[i]));
    d.stub_gets("qSymbol:" + (i < 2 ? std::string() : std::to_string(i)) + ":" + rsp::to_hex(names[i]));
  }
  d.stub_sends("OK");
  d.gdb_gets_nothing();
  CHECK(d.warnings.empty());
}

TEST_CASE("a symbol that nobody foresaw is unknown to the stub, and from then on GDB's to look up") {
  Dialogue d(true);
  d.open(gdbserver);
  d.gdb_sends("Hgp1.1");
  d.stub_gets("Hgp1.1");
  d.stub_sends("OK");
  d.gdb_gets("OK");
  offer(d);
  d.gdb_gets("OK");
  d.stub_gets("qSymbol::");
  for (const char* name : {"unforeseen", "another"}) {
    d.stub_sends(lookup(name));
    d.stub_gets("qSymbol::" + rsp::to_hex(name));
  }
  d.stub_sends("OK");
  d.gdb_gets_nothing();
  REQUIRE(d.warnings.size() == 2);
  CHECK(d.warnings[0].find("unforeseen") != std::string::npos);
  offer(d);
  d.stub_gets("qSymbol::");
  d.stub_sends(lookup("unforeseen"));
  d.gdb_gets(lookup("unforeseen"));
  d.knowledge().ask({.payload = "m10,4", .effect = proxy::link::Effect::looks}, [](const auto&) {});
  d.pass();
  d.stub_gets_nothing();  // it would take that for the answer
  d.gdb_sends("qSymbol:1234:" + rsp::to_hex("unforeseen"));
  d.stub_gets("qSymbol:1234:" + rsp::to_hex("unforeseen"));
  const auto names = near::looked_up_symbols();
  d.stub_sends(lookup(names[4]));  // and the others are still known
  d.stub_gets("qSymbol:4:" + rsp::to_hex(names[4]));
  d.stub_sends("OK");
  d.gdb_gets("OK");
  d.stub_gets("m10,4");
}

TEST_CASE("nothing comes between a stub's look-up and its answer") {
  Dialogue d(true);
  d.open(gdbserver);
  offer(d);
  d.gdb_gets("OK");
  d.stub_gets("qSymbol::");
  std::optional<std::string> other;
  d.knowledge().ask({.payload = "m10,4", .effect = proxy::link::Effect::looks},
                    [&other](std::optional<std::string> reply) { other = std::move(reply); });
  d.pass();
  d.stub_gets_nothing();
  const auto names = near::looked_up_symbols();
  d.stub_sends(lookup(names[2]));
  d.stub_gets("qSymbol:2:" + rsp::to_hex(names[2]));
  d.stub_gets_nothing();
  d.stub_sends("OK");
  d.stub_gets("m10,4");
  d.stub_sends("01020304");
  CHECK(other == "01020304");
}

TEST_CASE("without answers kept GDB answers each look-up") {
  Dialogue d;
  d.open(gdbserver);
  d.gdb_sends("qSymbol::");
  d.stub_gets("qSymbol::");
  d.stub_sends(lookup("nptl_version"));
  d.gdb_gets(lookup("nptl_version"));
  d.gdb_sends("qSymbol:10:" + rsp::to_hex("nptl_version"));
  d.stub_gets("qSymbol:10:" + rsp::to_hex("nptl_version"));
  d.stub_sends("OK");
  d.gdb_gets("OK");
}

TEST_CASE("an answer to a look-up that is none goes to the stub") {
  Dialogue d(true);
  d.open(gdbserver);
  d.gdb_sends("qSymbol::");
  d.gdb_gets(lookup(near::looked_up_symbols()[0]));
  d.gdb_sends("qSymbol");
  d.stub_gets("qSymbol");
  d.stub_sends("");
  d.gdb_gets("");
}
