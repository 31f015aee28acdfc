#include "proxy/triage/instruction.hpp"

#include <cstring>
#include <string>

#include "tests/support/catch.hpp"

namespace {

using namespace rspbridge::proxy::triage;

std::optional<Faulting> decoded(std::uint32_t word) {
  Registers registers;
  for (std::size_t i = 0; i <= Registers::sp; ++i) registers.values[i] = 0x1000 * (i + 1);
  std::string bytes(4, '\0');
  std::memcpy(bytes.data(), &word, 4);
  return decode(bytes, 0x400000, registers);
}

TEST_CASE("what an instruction accesses") {
  struct Case {
    std::uint32_t word;
    Access access;
    std::uint64_t address;
  };
  const Case cases[] = {
      {0xf9400020, Access::read, 0x2000},                  // ldr x0, [x1]
      {0xf9000820, Access::write, 0x2010},                 // str x0, [x1, #16]
      {0xf8627820, Access::read, 0x2000 + (0x3000 << 3)},  // ldr x0, [x1, x2, lsl #3]
      {0xf81f0c20, Access::write, 0x1ff0},                 // str x0, [x1, #-16]!
      {0xf8410420, Access::read, 0x2000},                  // ldr x0, [x1], #16
      {0xa9bf7bfd, Access::write, 0x20000 - 16},           // stp x29, x30, [sp, #-16]!
      {0xf8220020, Access::read_write, 0x2000},            // ldadd x2, x0, [x1]
  };
  for (const Case& one : cases) {
    const auto instruction = decoded(one.word);
    CAPTURE(one.word);
    REQUIRE(instruction);
    CHECK(instruction->access == one.access);
    CHECK(instruction->address == one.address);
  }
}

TEST_CASE("branches") {
  CHECK(decoded(0xd65f03c0)->branch == Branch::ret);   // ret
  CHECK(decoded(0xd63f0020)->branch == Branch::call);  // blr x1
  CHECK(decoded(0xd61f0020)->branch == Branch::jump);  // br x1
  CHECK(decoded(0xd65f0bff)->authenticates);           // retaa
  CHECK(decoded(0xd63f0020)->operands.at(0).value == 0x2000);
  CHECK_FALSE(decoded(0x00000000)->access != Access::none);
}

}  // namespace
