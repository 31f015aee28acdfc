// `monitor rspbridge disassemble`, with a scripted stub.
#include <string>
#include <utility>

#include "tests/support/x86_dialogue.hpp"

using rspbridge::tests::Dialogue;
using rspbridge::tests::stub_description;
using rspbridge::tests::X86;
namespace rsp = rspbridge::rsp;

namespace {

void ask(Dialogue& d, const std::string& arguments) {
  d.gdb_sends("qRcmd," + rsp::to_hex("rspbridge disassemble " + arguments));
}

std::string answer(Dialogue& d) {
  const auto reply = d.gdb_pop();
  REQUIRE(reply);
  const auto text = rsp::from_hex(*reply);
  REQUIRE(text);
  return *text;
}

}  // namespace

TEST_CASE("disassemble: a line an instruction, in hex, read by rspbridge itself") {
  X86 d;
  d.describe();
  ask(d, "0x1000 2");
  d.stub_gets("m1000,8");
  d.stub_sends("1f2003d5ffffffff");
  CHECK(answer(d) == "1000 d503201f nop\n1004 ffffffff .inst\t0xffffffff ; undefined\n");
  ask(d, "fffff7fd8e40");
  d.stub_gets("mfffff7fd8e40,4");
  d.stub_sends("c0035fd6");
  CHECK(answer(d) == "fffff7fd8e40 d65f03c0 ret\n");
}

TEST_CASE("disassemble: no read crosses into another page, and one that came back short is continued") {
  X86 d;
  d.describe();
  ask(d, "1ff8 4");
  d.stub_gets("m1ff8,8");
  d.stub_sends("1f2003d51f20");
  d.stub_gets("m1ffe,2");
  d.stub_sends("03d5");
  d.stub_gets("m2000,8");
  d.stub_sends("E01");
  CHECK(answer(d) == "1ff8 d503201f nop\n1ffc d503201f nop\nCannot access memory at address 0x2000\n");
}

TEST_CASE("disassemble: what is asked wrongly is answered in words, without a read") {
  const std::pair<const char*, const char*> rows[] = {
      {"", "Say an address"},
      {"main", "Say an address"},
      {"0x", "Say an address"},
      {"11112222333344445", "Say an address"},
      {"1002", "ARM64 instructions are at multiples of 4."},
      {"1000 0", "The number of instructions is from 1 to 1024"},
      {"1000 1025", "The number of instructions is from 1 to 1024"},
      {"1000 -1", "The number of instructions is from 1 to 1024"},
      {"1000 4x", "The number of instructions is from 1 to 1024"},
      {"1000 99999999999999999999", "The number of instructions is from 1 to 1024"},
      {"fffffffffffffffc 2", "That goes past the last address."},
  };
  X86 d;
  d.describe();
  for (const auto& [arguments, expected] : rows) {
    INFO(arguments);
    ask(d, arguments);
    d.stub_gets_nothing();
    CHECK(answer(d).starts_with(expected));
  }
}

TEST_CASE("disassemble: a stub of another architecture is not read as ARM64") {
  Dialogue d;
  d.open(rspbridge::tests::offered_by_stub);
  ask(d, "1000");
  d.stub_gets("Hg0");
  d.stub_sends("OK");
  d.stub_gets("qXfer:features:read:target.xml:0,1000");
  d.stub_sends("l<target><architecture>i386:x86-64</architecture></target>");
  d.stub_gets("qXfer:auxv:read::0,1000");
  d.stub_sends("");
  d.stub_gets_nothing();
  CHECK(answer(d).starts_with("There is nothing to disassemble: "));
}
