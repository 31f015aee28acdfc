// What holds for every view, whatever the values: over random ones, from a fixed seed.
#include <map>
#include <random>
#include <string>
#include <vector>

#include "rsp/register_view.hpp"
#include "tests/rsp/view_stubs.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::rsp;
using testing::add_feature;
using testing::gdbserver_description;

namespace {

using Random = std::mt19937_64;

std::string random_bytes(Random& random, std::size_t size) {
  std::string out(size, '\0');
  for (auto& byte : out) byte = static_cast<char>(random());
  return out;
}

RegisterValues random_values(Random& random, const RegisterLayout& layout) {
  RegisterValues out(layout);
  for (const auto& reg : layout.registers()) out.set(reg.regnum, random_bytes(random, reg.size));
  return out;
}

void apply(const std::vector<StubWrite>& writes, RegisterValues& stub) {
  for (const auto& write : writes) REQUIRE(stub.set(write.regnum, write.bytes));
}

/// A value that the register can take: flags have four bits of their own.
std::string random_value(Random& random, const LayoutRegister& reg) {
  if (reg.name != "eflags") return random_bytes(random, reg.size);
  return testing::bytes_of((random() & 0x8c1U) | 0x202U, reg.size);
}

struct Case {
  std::string name;
  CompiledView view;
};

std::vector<Case> cases() {
  auto plain = gdbserver_description();
  add_feature(plain, "org.gnu.gdb.aarch64.tls", {{"tpidr"}});
  const auto sve = gdbserver_description("z", 512);
  std::vector<Case> out;
  for (const auto& stub : {plain, sve}) {
    out.push_back({"core", *CompiledView::compile(*core_view(stub, {true, 0x7f000000000000}), stub)});
    out.push_back({"x86_64", *CompiledView::compile(*x86_64_view(stub), stub)});
  }
  return out;
}

/// Writes a random value to the register, if it has a counterpart; checks what changed and what didn't.
void check_write(const CompiledView& view, const LayoutRegister& reg, RegisterValues& stub, Random& random) {
  const auto sources = view.sources(reg.regnum);
  if (sources.empty()) return;
  const auto before = stub;
  const auto value = random_value(random, reg);
  const auto writes = view.write(reg.regnum, value, stub);
  REQUIRE(writes);
  apply(*writes, stub);
  CHECK(view.read(stub).get(reg.regnum) == value);
  std::string others_before, others_after;
  for (const auto& other : view.layout().registers()) {
    if (view.sources(other.regnum) == sources) continue;
    others_before += *view.read_one(other.regnum, before);
    others_after += *view.read_one(other.regnum, stub);
  }
  CHECK(others_before == others_after);
}

}  // namespace

TEST_CASE("what is written to a register is then shown, and no other changes") {
  Random random(20240611);
  for (const auto& [name, view] : cases()) {
    CAPTURE(name);
    for (int round = 0; round < 20; ++round) {
      auto stub = random_values(random, view.stub_layout());
      for (const auto& reg : view.layout().registers()) {
        CAPTURE(reg.name);
        check_write(view, reg, stub, random);
      }
    }
  }
}

TEST_CASE("after a G the registers that it changed show its values, and the others their own") {
  Random random(7);
  for (const auto& [name, view] : cases()) {
    CAPTURE(name);
    for (int round = 0; round < 200; ++round) {
      auto stub = random_values(random, view.stub_layout());
      const auto shown = view.read(stub);
      auto wanted = shown;
      std::map<std::uint32_t, bool> taken;
      for (const auto& reg : view.layout().registers()) {
        const auto sources = view.sources(reg.regnum);
        if (sources.empty() || random() % 4 != 0 || !taken.emplace(sources.front(), true).second) continue;
        wanted.set(reg.regnum, random_value(random, reg));
      }
      const auto before = stub;
      const auto writes = view.difference(shown, wanted, stub);
      REQUIRE(writes);
      apply(*writes, stub);
      const auto after = view.read(stub);
      for (const auto& reg : view.layout().registers()) {
        if (wanted.get(reg.regnum) != shown.get(reg.regnum)) {
          CAPTURE(reg.name);
          CHECK(after.get(reg.regnum) == wanted.get(reg.regnum));
        }
      }
      for (const auto& reg : view.stub_layout().registers()) {
        if (!taken.contains(reg.regnum)) CHECK(stub.get(reg.regnum) == before.get(reg.regnum));
      }
      REQUIRE(view.difference(after, after, stub)->empty());
    }
  }
}

TEST_CASE("expedited registers show what g shows") {
  Random random(99);
  for (const auto& [name, view] : cases()) {
    CAPTURE(name);
    for (int round = 0; round < 20; ++round) {
      const auto stub = random_values(random, view.stub_layout());
      std::vector<ExpeditedRegister> pairs;
      std::size_t expected = 0;
      for (const auto& reg : view.stub_layout().registers()) {
        if (random() % 3 != 0) continue;
        pairs.emplace_back(reg.regnum, *stub.get_hex(reg.regnum));
        for (const auto& shown : view.layout().registers())
          if (view.sources(shown.regnum) == std::vector{reg.regnum}) ++expected;
      }
      const auto rewritten = view.rewrite_expedited(pairs);
      CHECK(rewritten.size() == expected);
      for (const auto& [regnum, hex] : rewritten) CHECK(view.read_one(regnum, stub) == hex);
    }
  }
}
