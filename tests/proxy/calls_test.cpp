// What code and registers say of calls.
#include <string>

#include "proxy/far/calls.hpp"
#include "rsp/escape.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge;
using namespace rspbridge::proxy::far;

namespace {

std::string word(std::uint64_t value, std::size_t size = 8) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(value >> 8 * i & 0xff);
  return bytes;
}

std::string registers(unsigned count, unsigned regnum, std::uint64_t value, unsigned pc_regnum,
                      std::uint64_t pc) {
  std::string bytes;
  for (unsigned i = 0; i < count; ++i) bytes += word(i == regnum ? value : i == pc_regnum ? pc : 0x1111 * i);
  return rsp::to_hex(bytes);
}

bool aarch64(std::uint64_t code, std::uint64_t pc, unsigned regnum = 0, std::uint64_t value = 0) {
  return calls_here(*proxy::link::machine_row(proxy::link::Machine::aarch64),
                    word(0xd503201f, 4) + word(code, 4), 0x400104, registers(34, regnum, value, 32, pc));
}

bool x86_64(const std::string& code, std::uint64_t pc) {
  const std::string before = std::string(call_size - code.size(), '\x90') + code;
  return calls_here(*proxy::link::machine_row(proxy::link::Machine::x86_64), before, 0x401105,
                    registers(24, 0, 0, 16, pc));
}

}  // namespace

TEST_CASE("AArch64: a call is a BL to pc, or a BLR of a register that still holds it") {
  CHECK(aarch64(0x94000040, 0x400200));  // bl 0x400200
  CHECK_FALSE(aarch64(0x94000040, 0x400204));
  CHECK(aarch64(0x97ffffc0, 0x400000));                    // bl 0x400000
  CHECK_FALSE(aarch64(0x14000040, 0x400200));              // b 0x400200
  CHECK(aarch64(0xd63f0260, 0x7fff8000, 19, 0x7fff8000));  // blr x19
  CHECK_FALSE(aarch64(0xd63f0260, 0x7fff8000, 19, 0x7fff8004));
  CHECK_FALSE(aarch64(0xd63f03c0, 0x7fff8000, 30, 0x7fff8000));     // blr x30: it is lost
  CHECK_FALSE(aarch64(0xd61f0260, 0x7fff8000, 19, 0x7fff8000));     // br x19
  CHECK(aarch64(0xd73f0a74, 0x7fff8000, 19, 0x00550000'7fff8000));  // blraa x19, x20
  CHECK(aarch64(0xd63f0a7f, 0x7fff8000, 19, 0x7fff8000));           // blraaz x19
  CHECK_FALSE(aarch64(0xd73f0a74, 0x7fff8000, 19, 0x00550000'7fff8004));
}

TEST_CASE("x86-64: a call is E8 to pc, or any FF /2 of the right length") {
  using namespace std::string_literals;
  CHECK(x86_64("\xe8\xfb\x00\x00\x00"s, 0x401200));
  CHECK_FALSE(x86_64("\xe8\xfb\x00\x00\x00"s, 0x401201));
  CHECK(x86_64("\xe8\xfb\xfe\xff\xff"s, 0x401000));
  CHECK_FALSE(x86_64("\xe9\xfb\x00\x00\x00"s, 0x401200));
  for (const std::string& code :
       {"\xff\xd0"s, "\x41\xff\xd4"s, "\xff\x10"s, "\xff\x14\x24"s, "\xff\x50\x10"s, "\xff\x54\x24\x08"s,
        "\xff\x15\x00\x10\x00\x00"s, "\xff\x90\x00\x01\x00\x00"s, "\xff\x94\x24\x00\x01\x00\x00"s,
        "\xff\x14\x25\x00\x00\x40\x00"s})
    CHECK(x86_64(code, 0x7000));
  for (const std::string& code : {"\xff\xe0"s, "\xff\x20"s, "\xff\x15\x10"s, "\xff\x50"s, "\x90\x90"s})
    CHECK_FALSE(x86_64(code, 0x7000));
}

TEST_CASE("what isn't whole tells of no call") {
  CHECK_FALSE(calls_here(*proxy::link::machine_row(proxy::link::Machine::aarch64), word(0x94000040, 4),
                         0x400104, registers(34, 0, 0, 32, 0x400200)));
  CHECK_FALSE(
      calls_here(*proxy::link::machine_row(proxy::link::Machine::aarch64), word(0), 0x400104, "1122"));
  CHECK_FALSE(proxy::link::register_in("xxxxxxxxxxxxxxxx", 0));
  CHECK(proxy::link::register_in("1122334455667788", 0) == 0x8877665544332211);
  CHECK(proxy::link::machine_row(proxy::link::Machine::unknown) == nullptr);
}

TEST_CASE("an entry of the linkage table tells its slot") {
  const auto arm = [](bool bti) {
    // adrp x16, +0x10000; ldr x17, [x16, #0xfa8]; add x16, x16, #0xfa8; br x17
    return (bti ? word(0xd503245f, 4) : "") + word(0x90000090, 4) + word(0xf947d611, 4) +
           word(0x913ea210, 4) + word(0xd61f0220, 4);
  };
  CHECK(plt_slot(proxy::link::Machine::aarch64, arm(false), 0x400640) == 0x410fa8);
  CHECK(plt_slot(proxy::link::Machine::aarch64, arm(true), 0x400640) == 0x410fa8);
  using namespace std::string_literals;
  const std::string rest(8, '\x90');
  CHECK(plt_slot(proxy::link::Machine::x86_64, "\xff\x25\xca\x2f\x00\x00"s + rest + rest, 0x401030) ==
        0x404000);
  CHECK(plt_slot(proxy::link::Machine::x86_64, "\xf3\x0f\x1e\xfa\xf2\xff\x25\xc5\x2f\x00\x00"s + rest,
                 0x401030) == 0x404000);
  for (const auto machine : {proxy::link::Machine::aarch64, proxy::link::Machine::x86_64}) {
    CHECK_FALSE(plt_slot(machine, std::string(16, '\x90'), 0x401030));
    CHECK_FALSE(plt_slot(machine, "\xff\x25", 0x401030));
  }
}
