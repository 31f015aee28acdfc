// Registers by name, in the kernel's structures.
#include "proxy/core/register_sets.hpp"

#include <elf.h>

#include <algorithm>
#include <string>

#include "tests/support/catch.hpp"

using namespace rspbridge;
using namespace rspbridge::proxy::core;

namespace {

// `count` registers NAME0…, or one NAME if it is 0.
void add(rsp::Feature& feature, const std::string& name, unsigned count, std::uint32_t bits) {
  for (unsigned i = 0; i < std::max(count, 1u); ++i) {
    rsp::Register one;
    one.name = name + (count ? std::to_string(i) : "");
    one.bitsize = bits;
    one.regnum = static_cast<std::uint32_t>(feature.registers.size());
    feature.registers.push_back(one);
  }
}

// Each register's first byte tells its number.
rsp::RegisterValues values_of(const rsp::Feature& feature) {
  rsp::TargetDescription description;
  description.features.push_back(feature);
  rsp::RegisterValues values(rsp::RegisterLayout::of(description).value());
  for (const auto& one : values.layout().registers()) {
    std::string bytes(one.size, '\0');
    bytes[0] = static_cast<char>(one.regnum);
    values.set(one.regnum, bytes);
  }
  return values;
}

rsp::Feature arm64() {
  rsp::Feature feature;
  add(feature, "x", 31, 64);
  for (const auto* name : {"sp", "pc"}) add(feature, name, 0, 64);
  add(feature, "cpsr", 0, 32);
  return feature;
}

const memmap::CoreNote* note(const RegisterSets& sets, std::uint32_t type) {
  const auto found =
      std::find_if(sets.more.begin(), sets.more.end(), [&](const auto& one) { return one.type == type; });
  return found == sets.more.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("ARM64's general registers, and those that there are besides") {
  auto feature = arm64();
  auto sets = register_sets(EM_AARCH64, values_of(feature));
  REQUIRE(sets);
  CHECK(sets->more.empty());
  REQUIRE(sets->general.size() == 272);
  for (unsigned i = 0; i < 34; ++i) CHECK(sets->general[i * 8] == static_cast<char>(i));
  add(feature, "v", 32, 128);
  add(feature, "fpsr", 0, 32);
  CHECK(register_sets(EM_AARCH64, values_of(feature))->more.empty());
  add(feature, "fpcr", 0, 32);
  add(feature, "tpidr", 0, 64);
  add(feature, "pauth_dmask", 0, 64);
  add(feature, "pauth_cmask", 0, 64);
  sets = register_sets(EM_AARCH64, values_of(feature));
  REQUIRE(sets);
  const auto* fp = note(*sets, NT_FPREGSET);
  REQUIRE(fp);
  CHECK(fp->owner == "CORE");
  REQUIRE(fp->descriptor.size() == 528);
  for (unsigned i = 0; i < 32; ++i) CHECK(fp->descriptor[i * 16] == static_cast<char>(34 + i));
  CHECK(fp->descriptor[512] == 66);
  CHECK(fp->descriptor[516] == 67);
  CHECK(note(*sets, NT_ARM_TLS)->descriptor == std::string("\x44\0\0\0\0\0\0\0", 8));
  CHECK(note(*sets, NT_ARM_PAC_MASK)->descriptor == std::string("\x45\0\0\0\0\0\0\0\x46\0\0\0\0\0\0\0", 16));
  CHECK(note(*sets, NT_ARM_SVE) == nullptr);
}

TEST_CASE("SVE's registers are also those of floating point") {
  auto feature = arm64();
  add(feature, "z", 32, 256);
  add(feature, "fpsr", 0, 32);
  add(feature, "fpcr", 0, 32);
  add(feature, "p", 16, 32);
  add(feature, "ffr", 0, 32);
  add(feature, "vg", 0, 64);
  auto values = values_of(feature);
  const auto vg = values.layout().find("vg")->regnum;
  values.set(vg, std::string("\4\0\0\0\0\0\0\0", 8));
  auto sets = register_sets(EM_AARCH64, values);
  REQUIRE(sets);
  CHECK(note(*sets, NT_FPREGSET)->descriptor[16] == 35);
  const auto* sve = note(*sets, NT_ARM_SVE);
  REQUIRE(sve);
  // 16 of the header, 32 * 32 of z, 16 * 4 of p, 4 of ffr, then fpsr at the next multiple of 16
  REQUIRE(sve->descriptor.size() == 16 + 1024 + 64 + 16 + 16);
  CHECK(sve->descriptor.substr(0, 16) == std::string("\x70\4\0\0\x70\4\0\0\40\0\40\0\1\0\0\0", 16));
  CHECK(sve->descriptor[16 + 32] == 35);
  CHECK(sve->descriptor[16 + 1024] == 68);
  CHECK(sve->descriptor[16 + 1024 + 80] == 66);
  values.set(vg, std::string("\2\0\0\0\0\0\0\0", 8));
  sets = register_sets(EM_AARCH64, values);
  CHECK(note(*sets, NT_ARM_SVE) == nullptr);
}

TEST_CASE("other names, other machines, and what is missing") {
  rsp::Feature named;
  add(named, "x", 29, 64);
  for (const auto* name : {"fp", "lr", "sp", "pc", "cpsr"}) add(named, name, 0, 64);
  const auto sets = register_sets(EM_AARCH64, values_of(named));
  REQUIRE(sets);
  CHECK(sets->general[29 * 8] == 29);
  CHECK(sets->general[30 * 8] == 30);
  auto values = values_of(arm64());
  values.forget(32);
  CHECK_FALSE(register_sets(EM_AARCH64, values));
  CHECK_FALSE(register_sets(EM_X86_64, values));
  rsp::Feature amd64;
  for (const auto* name : {"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", "rip", "eflags", "cs",
                           "ss", "ds", "es", "fs", "gs"})
    add(amd64, name, 0, 64);
  for (const auto* name : {"r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"}) add(amd64, name, 0, 64);
  const auto x86 = register_sets(EM_X86_64, values_of(amd64));
  REQUIRE(x86);
  REQUIRE(x86->general.size() == 216);
  CHECK(x86->general[128] == 8);
  CHECK(x86->general[0] == 23);
  CHECK(machine_of("aarch64") == EM_AARCH64);
  CHECK(machine_of("i386:x86-64") == EM_X86_64);
  CHECK_FALSE(machine_of(""));
}
