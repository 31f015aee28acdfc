// Functions of the program that GDB calls, in the x86_64 view.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "proxy/near/task.hpp"
#include "rsp/breakpoint.hpp"

namespace rspbridge::proxy::near {

class View;

/// GDB calls a function as the System V ABI for AMD64 has it: arguments in rdi, rsi, rdx, rcx, r8, r9 and
/// xmm0 to xmm7, then on the stack; the return address on the stack too: an odd address of the stack itself,
/// where GDB has set a breakpoint. This turns such a call into one by AAPCS64, where that can be done.
///
/// Whether an argument is an aggregate can't be seen from the packets, so it must be switched on by who
/// promises that there are scalars only.
class Calls {
 public:
  explicit Calls(View& view) : view_(view) {}

  bool allowed = false;  ///< `monitor rspbridge calls on`

  /// GDB writes memory, by an `M` or `X`: that may be the return address.
  void note_write(std::string_view request);
  /// GDB writes a register of the view. A reply for GDB if it is not to be, since it is for a call.
  std::optional<std::string> note_register(std::string_view name, std::uint64_t value);
  /// A breakpoint at an address where no instruction of ARM64 can be: GDB's reply.
  std::string dummy_breakpoint(const rsp::BreakpointRequest& breakpoint);

  /// To be called before each resume: makes the registers those of a call by AAPCS64 if GDB has
  /// prepared one. A reply for GDB if that failed.
  Task<std::optional<std::string>> before_resume();
  /// Whether a stop with this signal (GDB's number) at `pc` is the return of the call under way. There is
  /// no instruction at the return address, so the return is a fault; GDB takes it for its breakpoint.
  bool returned(std::uint64_t signal, std::uint64_t pc);

 private:
  struct Dummy {
    std::uint64_t sp = 0, return_address = 0;
  };
  void count_floats(std::string_view name);
  Task<std::optional<std::string>> place_arguments(Dummy dummy);

  View& view_;
  std::optional<Dummy> written_;   ///< a return address has been pushed
  std::optional<Dummy> prepared_;  ///< and the stack pointer and rip stand for the call
  std::optional<Dummy> running_;
  std::set<std::uint64_t> dummies_;  ///< odd addresses where GDB believes a breakpoint to be
  int floats_ = 0;  ///< of the floating-point arguments that were written: xmm0 and on, in order
};

}  // namespace rspbridge::proxy::near
