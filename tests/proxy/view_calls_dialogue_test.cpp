// Functions that GDB calls in the x86_64 view, as dialogues.
#include <string>

#include "tests/support/x86_dialogue.hpp"

using namespace rspbridge;
using tests::hex_number;
using tests::number;
using tests::stub_g;
using tests::view_layout;
using tests::X86;

namespace {

// What GDB does before `call f(1, 2)`: arguments, the return address at `sp`, sp, and the breakpoint there.
constexpr std::uint64_t sp = 0xffffef98, back = 0xffffefff;

void push_return_address(X86& d) {
  const std::string write = "Mffffef98,8:" + hex_number(back);
  d.gdb_sends(write);
  d.stub_gets(write);
  d.stub_sends("OK");
  d.gdb_gets("OK");
}

}  // namespace

TEST_CASE("a call is refused in words, before anything runs") {
  X86 d;
  d.describe();
  const auto layout = view_layout(d);
  push_return_address(d);
  d.gdb_sends("P" + number(layout, "rsp") + "=" + hex_number(sp));
  const auto reply = d.gdb_pop();
  REQUIRE(reply);
  CHECK(reply->find("monitor rspbridge calls on") != std::string::npos);
  d.stub_gets_nothing();
}

TEST_CASE("an sp of the user's own is no call") {
  X86 d;
  d.describe();
  const auto layout = view_layout(d);
  d.gdb_sends("P" + number(layout, "rsp") + "=" + hex_number(sp));
  d.stub_gets("g");
  d.stub_sends(stub_g());
  d.stub_gets("P1f=" + hex_number(sp));
  d.stub_sends("OK");
  d.gdb_gets("OK");
}

TEST_CASE(
    "where calls are on, amd64's arguments become those of AAPCS64, and the return is GDB's breakpoint") {
  X86 d;
  d.describe();
  const auto layout = view_layout(d);
  d.gdb_sends("qRcmd," + rsp::to_hex("rspbridge calls on"));
  REQUIRE(d.gdb_pop());
  push_return_address(d);
  d.gdb_sends("P" + number(layout, "rsp") + "=" + hex_number(sp));
  d.stub_gets("g");
  d.stub_sends(stub_g());
  d.stub_gets("P1f=" + hex_number(sp));
  d.stub_sends("OK");
  d.gdb_gets("OK");
  d.gdb_sends("Z0,ffffefff,1");
  d.gdb_gets("OK");  // the stub would refuse it
  d.gdb_sends("vCont;c");
  d.stub_gets("mffffefa0,10");
  d.stub_sends(hex_number(77) + hex_number(88));
  // rdi, rsi, rdx, rcx, r8 and r9 are x4, x3, x1, x2, x5 and x6.
  const int order[] = {4, 3, 1, 2, 5, 6};
  for (std::uint64_t i = 0; i < 6; ++i) {
    d.stub_gets("P" + rsp::format_hex(i) + "=" + hex_number(static_cast<std::uint64_t>(order[i]) * 0x11));
    d.stub_sends("OK");
  }
  for (const auto& expected : {"P6=" + hex_number(77), "P7=" + hex_number(88), "P1f=" + hex_number(sp + 24),
                               "P1e=" + hex_number(back)}) {
    d.stub_gets(expected);
    d.stub_sends("OK");
  }
  d.stub_gets("vCont;c");
  d.stub_sends("T0athread:p1.1;");
  d.stub_gets("g");
  d.stub_sends(stub_g(back));
  d.gdb_gets("T05swbreak:;thread:p1.1;");
  d.gdb_sends("z0,ffffefff,1");
  d.gdb_gets("OK");
}
