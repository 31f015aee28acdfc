#include "proxy/triage/unwind.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "proxy/triage/expression.hpp"
#include "proxy/triage/signal_frame.hpp"

namespace rspbridge::proxy::triage {
namespace {

constexpr std::uint64_t pac_bits = std::uint64_t{0xffff} << 48;

struct Step {
  std::optional<Activation> outer;
  std::string why_not;  ///< empty where there is none to find
};

/// Goes from one activation to that which called it.
class Unwinder {
 public:
  explicit Unwinder(const Surroundings& in) : in_(in) {}

  /// What can be told of an activation without going on from it.
  void complete(Activation& activation) const {
    const auto rules = in_.symbols.rules(activation.look_up());
    if (rules) activation.cfa = frame_address(activation, *rules);
  }

  Step step(Activation& inner) {
    if (const auto interrupted = interrupted_by(inner)) return *interrupted;
    if (const auto rules = in_.symbols.rules(inner.look_up())) return by_cfi(inner, *rules);
    const bool innermost = inner.trust == Trust::context;
    if (!is_code(inner.look_up()) || (innermost && !has_frame(*inner.registers.pc)))
      return by_link_register(inner);
    return by_frame_pointer(inner);
  }

 private:
  static Step none(std::string why) { return {std::nullopt, std::move(why)}; }
  bool is_code(std::uint64_t address) const {
    const memmap::Vma* vma = in_.map.find({address});
    if (vma != nullptr) return vma->executable;
    return in_.symbols.image(address) != nullptr;
  }

  std::optional<Step> interrupted_by(Activation& inner) {
    if (!is_signal_trampoline(in_.memory, *inner.registers.pc)) return std::nullopt;
    inner.signal_frame = true;
    const auto sp = inner.registers.values[Registers::sp];
    const auto registers = sp ? interrupted_registers(in_.memory, *sp) : std::nullopt;
    if (!registers) return none("the registers that the signal handler interrupted can't be read");
    Activation outer{*registers, Trust::cfi, true};
    return Step{outer, {}};
  }

  std::optional<std::uint64_t> frame_address(const Activation& inner, const Symbols::Rules& rules) const {
    ExpressionContext context{inner.registers, in_.memory};
    context.bias = rules.bias;
    Dwarf_Op* operations = nullptr;
    std::size_t count = 0;
    if (dwarf_frame_cfa(rules.frame.get(), &operations, &count) != 0 || count == 0) return std::nullopt;
    const auto cfa = evaluate({operations, count}, context);
    return cfa ? std::optional(cfa->number) : std::nullopt;
  }

  Step by_cfi(const Activation& inner, const Symbols::Rules& rules) {
    if (!inner.cfa)
      return none("the frame's address can't be found: a register or memory that it needs is unknown");
    const ExpressionContext context{inner.registers, in_.memory, inner.cfa, rules.bias};
    Activation outer{{}, Trust::cfi, false};
    for (std::size_t i = 0; i < Registers::count; ++i) {
      if (i > Registers::sp && i < Registers::v0) continue;
      outer.registers.values[i] = recovered(rules, static_cast<int>(i), inner, context);
    }
    if (!outer.registers.values[Registers::sp]) outer.registers.values[Registers::sp] = *inner.cfa;
    bool outermost = false;
    auto pc = recovered(rules, rules.return_address, inner, context, &outermost);
    if (outermost) return {};
    if (!pc) return none("the return address can't be read");
    outer.registers.pc = without_pac(in_.symbols, *pc);
    if (outer.registers.values[Registers::lr])
      outer.registers.values[Registers::lr] =
          without_pac(in_.symbols, *outer.registers.values[Registers::lr]);
    const auto function = in_.symbols.symbol(inner.look_up());
    if (function && is_go_signal_panic(function->name)) {
      outer.exact = true;
      if (!undo_go_signal_panic(in_.memory, outer.registers))
        return none("what the signal interrupted can't be read");
    }
    return {std::move(outer), {}};
  }

  std::optional<std::uint64_t> recovered(const Symbols::Rules& rules, int number, const Activation& inner,
                                         const ExpressionContext& context, bool* undefined = nullptr) const {
    std::array<Dwarf_Op, 3> space{};
    Dwarf_Op* operations = nullptr;
    std::size_t count = 0;
    if (dwarf_frame_register(rules.frame.get(), number, space.data(), &operations, &count) != 0)
      return std::nullopt;
    const auto index = static_cast<std::size_t>(number);
    if (count == 0) {
      if (operations == nullptr)
        return index < Registers::count ? inner.registers.values[index] : std::nullopt;
      if (undefined) *undefined = true;
      return std::nullopt;
    }
    const auto place = evaluate({operations, count}, context);
    if (!place) return std::nullopt;
    if (place->kind == Location::Kind::value) return place->number;
    if (place->kind == Location::Kind::reg)
      return place->number < Registers::count ? inner.registers.values[place->number] : std::nullopt;
    return read_word(in_.memory, place->number);
  }

  // Nothing has been saved yet: after a call to what is no code, or in a function without a frame. The
  // register is told as it is, as by GDB, wherever it leads.
  Step by_link_register(const Activation& inner) const {
    if (inner.trust != Trust::context) return none("a return address leads to no code");
    const auto lr = inner.registers.values[Registers::lr];
    if (!lr || *lr == 0) return none("pc leads to no code, and there is no return address");
    Activation outer{inner.registers, Trust::link_register, false};
    outer.registers.pc = *lr;
    return {std::move(outer), {}};
  }

  // Whether the function that `pc` is in has saved x29 and x30 before: stp x29, x30, [sp, …] in one of its
  // forms.
  bool has_frame(std::uint64_t pc) const {
    const auto symbol = in_.symbols.symbol(pc);
    if (!symbol) return true;  // nothing is known; x29 is what there is
    constexpr std::uint64_t longest_prologue = 256;
    for (std::uint64_t at = symbol->address; at < pc && at < symbol->address + longest_prologue; at += 4) {
      const auto bytes = in_.memory.read(at, 4);
      std::uint32_t word = 0;
      if (bytes) std::memcpy(&word, bytes->data(), sizeof word);
      if ((word & 0xfe407fff) == 0xa8007bfd) return true;
    }
    return false;
  }

  // AAPCS64, 6.4.6: x29 points to the caller's x29 and x30.
  Step by_frame_pointer(const Activation& inner) const {
    const auto fp = inner.registers.values[Registers::fp];
    if (!fp || *fp == 0) return {std::nullopt, fp ? "" : "the frame pointer is unknown"};
    const auto saved_fp = read_word(in_.memory, *fp), saved_lr = read_word(in_.memory, *fp + 8);
    if (!saved_fp || !saved_lr)
      return none("there is no call frame information, and the frame pointer leads to what can't be read");
    if (*saved_lr == 0) return {};
    Activation outer{{}, Trust::frame_pointer, false};
    outer.registers.pc = without_pac(in_.symbols, *saved_lr);
    outer.registers.values[Registers::fp] = saved_fp;
    outer.registers.values[Registers::sp] = *fp + 16;
    outer.registers.values[Registers::lr] = outer.registers.pc;
    return {std::move(outer), {}};
  }

  const Surroundings& in_;
};

// Whether the chain goes on sensibly; a sentence if it doesn't.
std::string what_is_wrong(const Activation& inner, const Activation& outer) {
  const auto inner_sp = inner.registers.values[Registers::sp],
             outer_sp = outer.registers.values[Registers::sp];
  if (!inner_sp || !outer_sp) return "the stack pointer is unknown";
  if (inner.signal_frame || outer.trust == Trust::link_register) return {};
  if (*outer_sp < *inner_sp) return "the next frame lies within this one: the stack is corrupt";
  if (*outer_sp == *inner_sp && outer.registers.pc == inner.registers.pc)
    return "the next frame is this one again: the stack is corrupt";
  return {};
}

bool is_main(const Activation& frame, const Surroundings& in) {
  const auto at = frame.look_up();
  if (in.main_image == nullptr || in.symbols.image(at) != in.main_image) return false;
  const auto symbol = in.symbols.symbol(at);
  return symbol && (symbol->name == "main" || symbol->name == "main.main");
}

}  // namespace

std::string_view to_string(Trust trust) {
  constexpr std::array<std::string_view, 4> names{"context", "cfi", "frame_pointer", "link_register"};
  return names[static_cast<std::size_t>(trust)];
}

std::uint64_t without_pac(const Symbols& symbols, std::uint64_t address) {
  const std::uint64_t plain = address & ~pac_bits;
  return plain != address && symbols.image(plain) != nullptr ? plain : address;
}

Unwound unwind(const Registers& registers, const Surroundings& in, std::size_t most) {
  Unwound found;
  if (!registers.pc) {
    found.truncated = "the thread's registers can't be read";
    return found;
  }
  Unwinder unwinder(in);
  found.activations.push_back({registers, Trust::context, true});
  while (found.activations.size() < most) {
    Activation& inner = found.activations.back();
    unwinder.complete(inner);
    if (is_main(inner, in)) return found;
    Step step = unwinder.step(inner);
    if (step.outer) step.why_not = what_is_wrong(inner, *step.outer);
    if (step.outer && step.why_not.empty() && *step.outer->registers.pc == 0) return found;
    if (!step.outer || !step.why_not.empty()) {
      found.truncated = std::move(step.why_not);
      return found;
    }
    found.activations.push_back(*std::move(step.outer));
  }
  found.truncated = "there are more than " + std::to_string(most) + " frames";
  return found;
}

}  // namespace rspbridge::proxy::triage
