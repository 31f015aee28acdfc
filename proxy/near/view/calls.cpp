#include "proxy/near/view/calls.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "proxy/near/client.hpp"
#include "proxy/near/view/view.hpp"
#include "rsp/escape.hpp"
#include "rsp/memory.hpp"

namespace rspbridge::proxy::near {
namespace {

constexpr std::string_view refusal =
    "E.rspbridge: functions aren't called in the x86_64 view, since aggregates would be passed wrongly; "
    "for scalar arguments: monitor rspbridge calls on";
constexpr std::string_view too_many_floats =
    "E.rspbridge: a call with more than two floating-point arguments can't be made in the x86_64 view";
constexpr std::uint64_t most_stack = 1 << 16;  // bytes between sp and the odd return address

}  // namespace

void Calls::note_write(std::string_view request) {
  const auto write = rsp::parse_memory_write(request);
  if (!write || write->data.size() != 8) return;
  const std::uint64_t value = rsp::little_endian(write->data);
  if (value % 2 == 1 && value > write->address && value - write->address < most_stack)
    written_ = Dummy{write->address, value};
}

// GDB writes the arguments one after another. A register that holds none ends that: GDB restores what a call
// has changed with such writes, too.
void Calls::count_floats(std::string_view name) {
  constexpr auto others =
      std::to_array<std::string_view>({"rdi", "rsi", "rdx", "rcx", "r8", "r9", "rax", "rsp"});
  if (std::find(others.begin(), others.end(), name) != others.end()) return;
  floats_ = name == "xmm" + std::to_string(floats_) ? floats_ + 1 : name == "xmm0" ? 1 : 0;
}

std::optional<std::string> Calls::note_register(std::string_view name, std::uint64_t value) {
  count_floats(name);
  if (name != "rsp" || !written_ || value != written_->sp) return std::nullopt;
  const Dummy dummy = *std::exchange(written_, std::nullopt);
  const int floats = std::exchange(floats_, 0);
  if (!allowed) return std::string(refusal);
  if (floats > 2) return std::string(too_many_floats);
  prepared_ = dummy;
  return std::nullopt;
}

std::string Calls::dummy_breakpoint(const rsp::BreakpointRequest& breakpoint) {
  const std::uint64_t address = breakpoint.key.address;
  if (!breakpoint.insert) return dummies_.erase(address) > 0 ? "OK" : "E01";
  const bool ours = (prepared_ && prepared_->return_address == address) ||
                    (running_ && running_->return_address == address);
  if (!ours)
    return "E.rspbridge: ARM64's instructions lie at multiples of 4, and " + rsp::format_hex(address) +
           " is none";
  dummies_.insert(address);
  return "OK";
}

Task<std::optional<std::string>> Calls::before_resume() {
  written_.reset();
  floats_ = 0;
  if (!prepared_) co_return std::nullopt;
  const Dummy dummy = *std::exchange(prepared_, std::nullopt);
  auto placing = place_arguments(dummy);
  auto failed = co_await placing;
  if (!failed) running_ = dummy;
  co_return failed;
}

// The first six are in the registers that the roles make of amd64's, the next two where the stack has
// them behind the return address. Those of AAPCS64 that no argument stands for get what lies there.
Task<std::optional<std::string>> Calls::place_arguments(Dummy dummy) {
  constexpr std::array<std::string_view, 6> amd64_order = {"x4", "x3", "x1", "x2", "x5", "x6"};
  Registers& registers = view_.registers();
  std::vector<std::uint64_t> arguments;
  for (const std::string_view name : amd64_order) {
    auto reading = registers.number(std::string(name));
    const auto value = co_await reading;
    if (!value) co_return "E01";
    arguments.push_back(*value);
  }
  const rsp::MemoryRead stack{rsp::MemoryEncoding::hex, dummy.sp + 8, 16};
  auto asked = view_.client().ask(rsp::format_memory_read(stack));
  const std::string reply = co_await asked;
  const auto bytes = rsp::parse_memory_reply(stack, reply);
  if (!bytes || bytes->size() != stack.length) co_return "E01";
  arguments.push_back(rsp::little_endian(std::string_view(*bytes).substr(0, 8)));
  arguments.push_back(rsp::little_endian(std::string_view(*bytes).substr(8)));
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    auto writing = registers.set_number("x" + std::to_string(i), arguments[i]);
    auto failed = co_await writing;
    if (failed) co_return failed;
  }
  // Behind the two arguments of the stack; AAPCS64 has a ninth one there, too.
  auto moving = registers.set_number("sp", dummy.sp + 24);
  auto failed = co_await moving;
  if (failed) co_return failed;
  auto linking = registers.set_number("x30", dummy.return_address);
  failed = co_await linking;
  co_return failed;
}

// The kernel answers a jump to an odd address with SIGBUS, other stubs with what they have for it.
bool Calls::returned(std::uint64_t signal, std::uint64_t pc) {
  constexpr std::array<std::uint64_t, 3> faults = {4, 10, 11};  // GDB's SIGILL, SIGBUS, SIGSEGV
  if (!running_ || pc != running_->return_address) return false;
  if (std::find(faults.begin(), faults.end(), signal) == faults.end()) return false;
  running_.reset();
  return true;
}

}  // namespace rspbridge::proxy::near
