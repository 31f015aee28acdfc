#include "proxy/triage/signal_frame.hpp"

#include <array>
#include <cstddef>
#include <cstring>
#include <string>

namespace rspbridge::proxy::triage {
namespace {

// mov x8, #139; svc #0
constexpr std::array<unsigned char, 8> trampoline{0x68, 0x11, 0x80, 0xd2, 0x01, 0x00, 0x00, 0xd4};

// struct rt_sigframe: siginfo_t of 128 bytes, then struct ucontext, whose mcontext is at 176; there
// fault_address comes first, then x0 to x30, sp, pc.
constexpr std::uint64_t registers_offset = 128 + 176 + 8;
constexpr std::size_t registers_size = 33 * 8;

}  // namespace

bool is_signal_trampoline(Memory& memory, std::uint64_t pc) {
  const auto code = memory.read(pc, trampoline.size());
  return code && std::memcmp(code->data(), trampoline.data(), trampoline.size()) == 0;
}

std::optional<Registers> interrupted_registers(Memory& memory, std::uint64_t sp) {
  const auto bytes = memory.read(sp + registers_offset, registers_size);
  if (!bytes) return std::nullopt;
  Registers registers;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 33; ++i) {
    std::memcpy(&value, bytes->data() + i * 8, sizeof value);
    if (i <= Registers::sp)
      registers.values[i] = value;
    else
      registers.pc = value;
  }
  return registers;
}

bool is_go_signal_panic(std::string_view function) {
  return function == "runtime.sigpanic";
}

// The link register was put on the stack, and the pc of the signal into it.
bool undo_go_signal_panic(Memory& memory, Registers& registers) {
  auto& sp = registers.values[Registers::sp];
  const auto bytes = sp ? memory.read(*sp, 8) : std::nullopt;
  if (!bytes) return false;
  std::uint64_t lr = 0;
  std::memcpy(&lr, bytes->data(), sizeof lr);
  registers.values[Registers::lr] = lr;
  constexpr std::uint64_t alignment = 16;
  *sp += alignment;
  return true;
}

}  // namespace rspbridge::proxy::triage
