#include "proxy/triage/unwind.hpp"

#include <utility>
#include <vector>

#include "proxy/triage/frames.hpp"
#include "tests/support/catch.hpp"
#include "tests/triage/target.hpp"

namespace {

using namespace rspbridge::proxy::triage;
using namespace rspbridge::proxy::triage::test;

/// The target, with a frame of outer() and one of main() on its stack.
struct Target {
  std::vector<Image> images;
  rspbridge::memmap::VmaMap map = frames_map();
  WordMemory memory;
  Registers registers;

  Target() {
    images.push_back(frames_image());
    REQUIRE(images.front().file);
    registers.pc = leaf;
    registers.values[Registers::lr] = outer_return;
    registers.values[Registers::sp] = stack;
    registers.values[Registers::fp] = stack;
    memory.put(stack, stack + 32);
    memory.put(stack + 8, main_return);
    memory.put(stack + 32, 0);
    memory.put(stack + 40, 0);
  }
  Backtrace frames() {
    const Symbols symbols(images);
    return backtrace(registers, {symbols, memory, map, &images.front()}, 64, 4);
  }
};

using Seen = std::vector<std::pair<std::string, Trust>>;
Seen seen(const Backtrace& backtrace) {
  Seen list;
  for (const Frame& frame : backtrace.frames) list.emplace_back(frame.function, frame.trust);
  return list;
}

TEST_CASE("frames by call frame information, up to main") {
  Target target;
  const auto found = target.frames();
  CHECK(seen(found) == Seen{{"leaf", Trust::context}, {"outer", Trust::cfi}, {"main", Trust::cfi}});
  CHECK(found.truncated.empty());
  CHECK(found.frames[1].pc == outer_return);
  CHECK(found.frames[2].sp == stack + 32);
  CHECK(found.frames[0].line.has_value());
}

TEST_CASE("a pointer authentication code is no part of a return address") {
  Target target;
  target.memory.put(stack + 8, main_return | std::uint64_t{0x5a} << 48);
  target.registers.values[Registers::lr] = outer_return | std::uint64_t{0x3f} << 48;
  const auto found = target.frames();
  CHECK(seen(found) == Seen{{"leaf", Trust::context}, {"outer", Trust::cfi}, {"main", Trust::cfi}});
  CHECK(found.frames[2].pc == main_return);
}

TEST_CASE("a call to what is no code is unwound by the link register") {
  Target target;
  target.registers.pc = 0;
  const auto found = target.frames();
  CHECK(seen(found) == Seen{{"", Trust::context}, {"outer", Trust::link_register}, {"main", Trust::cfi}});
}

TEST_CASE("without call frame information there is the frame pointer, and the trust says so") {
  Target target;
  target.registers.values[Registers::lr] = without_cfi_return;
  const auto found = target.frames();
  CHECK(seen(found) ==
        Seen{{"leaf", Trust::context}, {"without_cfi", Trust::cfi}, {"main", Trust::frame_pointer}});
  target.registers.pc = frameless;
  target.registers.values[Registers::lr] = outer_return;
  CHECK(seen(target.frames()) ==
        Seen{{"frameless", Trust::context}, {"outer", Trust::link_register}, {"main", Trust::cfi}});
}

TEST_CASE("the kernel's frame leads to what the signal interrupted") {
  Target target;
  constexpr std::uint64_t interrupted_sp = stack + 0x2000, registers_at = stack + 312;
  target.memory.put(trampoline, 0xd4000001d2801168);
  for (std::uint64_t i = 0; i < 33; ++i) target.memory.put(registers_at + i * 8, 0);
  target.memory.put(registers_at + 29 * 8, interrupted_sp);
  target.memory.put(registers_at + 30 * 8, outer_return);
  target.memory.put(registers_at + 31 * 8, interrupted_sp);
  target.memory.put(registers_at + 32 * 8, leaf);
  target.memory.put(interrupted_sp, interrupted_sp + 32);
  target.memory.put(interrupted_sp + 8, main_return);
  target.registers.values[Registers::lr] = trampoline;
  const auto found = target.frames();
  CHECK(seen(found) == Seen{{"leaf", Trust::context},
                            {"<signal handler called>", Trust::cfi},
                            {"leaf", Trust::cfi},
                            {"outer", Trust::cfi},
                            {"main", Trust::cfi}});
  CHECK(found.frames[1].signal_frame);
  CHECK(found.frames[2].pc == leaf);
}

TEST_CASE("what Go's runtime put between a signal and its panic is undone") {
  Target target;
  target.registers.pc = in_sigpanic;
  target.registers.values[Registers::sp] = stack - 64;
  target.registers.values[Registers::lr] = 0;
  target.memory.put(stack - 64, leaf);  // where the signal came
  target.memory.put(stack - 16, outer_return);
  const auto found = target.frames();
  CHECK(seen(found) == Seen{{"runtime.sigpanic", Trust::context},
                            {"leaf", Trust::cfi},
                            {"outer", Trust::cfi},
                            {"main", Trust::cfi}});
  CHECK(found.frames[1].pc == leaf);
  target.memory.words.erase(stack - 16);
  CHECK(target.frames().truncated == "what the signal interrupted can't be read");
}

TEST_CASE("what can't be read ends the frames, and is told") {
  Target target;
  target.memory.words.erase(stack + 8);
  const auto found = target.frames();
  CHECK(seen(found) == Seen{{"leaf", Trust::context}, {"outer", Trust::cfi}});
  CHECK(found.truncated == "the return address can't be read");
  target.registers.pc.reset();
  CHECK(target.frames().frames.empty());
  CHECK_FALSE(target.frames().truncated.empty());
}

TEST_CASE("a corrupt stack doesn't go on for ever") {
  Target target;
  target.registers.values[Registers::lr] = without_cfi_return;
  target.memory.put(stack, stack - 64);
  target.memory.put(stack + 8, without_cfi_return);
  target.memory.put(stack - 64, stack - 128);
  target.memory.put(stack - 56, without_cfi_return);
  const auto found = target.frames();
  CHECK(found.frames.size() == 3);
  CHECK(found.truncated == "the next frame lies within this one: the stack is corrupt");
}

}  // namespace
