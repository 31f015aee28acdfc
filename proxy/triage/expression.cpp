#include "proxy/triage/expression.hpp"

#include <dwarf.h>

#include <cstring>
#include <vector>

namespace rspbridge::proxy::triage {
namespace {

constexpr int most_steps = 10'000;  // of an expression that branches

class Machine {
 public:
  Machine(std::span<const Dwarf_Op> operations, const ExpressionContext& context)
      : operations_(operations), context_(context) {}

  std::optional<Location> run() {
    for (int step = 0; at_ < operations_.size(); ++step) {
      if (step == most_steps || !good_) return std::nullopt;
      const Dwarf_Op& operation = operations_[at_++];
      if (place(operation)) {
        // Behind it only a piece could come, and then it is no place of its own.
        if (at_ != operations_.size() || !good_) return std::nullopt;
        return found_;
      }
      constant(operation) || memory(operation) || stack(operation) || arithmetic(operation) ||
          branch(operation) || fail();
    }
    const std::uint64_t top = pop();
    if (!good_) return std::nullopt;
    return Location{Location::Kind::address, top};
  }

 private:
  bool fail() {
    good_ = false;
    return true;
  }
  void push(std::uint64_t value) { stack_.push_back(value); }
  void push(std::optional<std::uint64_t> value) {
    good_ = good_ && value.has_value();
    stack_.push_back(value.value_or(0));
  }
  std::uint64_t pop() {
    if (stack_.empty()) {
      good_ = false;
      return 0;
    }
    const std::uint64_t value = stack_.back();
    stack_.pop_back();
    return value;
  }
  std::optional<std::uint64_t> reg(std::uint64_t number) const {
    return number < Registers::count ? context_.registers.values[number] : std::nullopt;
  }

  bool place(const Dwarf_Op& operation) {
    const std::uint8_t atom = operation.atom;
    if (atom >= DW_OP_reg0 && atom <= DW_OP_reg31)
      found_ = {Location::Kind::reg, std::uint64_t{atom} - DW_OP_reg0};
    else if (atom == DW_OP_regx)
      found_ = {Location::Kind::reg, operation.number};
    else if (atom == DW_OP_stack_value)
      found_ = {Location::Kind::value, pop()};
    else
      return false;
    return true;
  }

  bool constant(const Dwarf_Op& operation) {
    const std::uint8_t atom = operation.atom;
    if (atom >= DW_OP_lit0 && atom <= DW_OP_lit31) {
      push(std::uint64_t{atom} - DW_OP_lit0);
    } else if (atom == DW_OP_addr) {
      push(operation.number + context_.bias);
    } else if (atom >= DW_OP_const1u && atom <= DW_OP_consts) {
      push(std::uint64_t{operation.number});
    } else {
      return false;
    }
    return true;
  }

  bool memory(const Dwarf_Op& operation) {
    const std::uint8_t atom = operation.atom;
    if (atom >= DW_OP_breg0 && atom <= DW_OP_breg31) {
      push(reg(std::uint64_t{atom} - DW_OP_breg0));
      push(pop() + operation.number);
    } else if (atom == DW_OP_bregx) {
      push(reg(operation.number));
      push(pop() + operation.number2);
    } else if (atom == DW_OP_fbreg) {
      push(context_.frame_base ? context_.frame_base() : std::nullopt);
      push(pop() + operation.number);
    } else if (atom == DW_OP_call_frame_cfa) {
      push(context_.cfa);
    } else if (atom == DW_OP_deref) {
      push(read_word(context_.memory, pop()));
    } else if (atom == DW_OP_deref_size && operation.number <= 8) {
      const auto bytes = context_.memory.read(pop(), operation.number);
      std::uint64_t value = 0;
      if (bytes) std::memcpy(&value, bytes->data(), bytes->size());
      push(bytes ? std::optional(value) : std::nullopt);
    } else {
      return false;
    }
    return true;
  }

  bool stack(const Dwarf_Op& operation) {
    switch (operation.atom) {
      case DW_OP_nop:
        break;
      case DW_OP_dup:
        pick(0);
        break;
      case DW_OP_over:
        pick(1);
        break;
      case DW_OP_pick:
        pick(operation.number);
        break;
      case DW_OP_drop:
        pop();
        break;
      case DW_OP_swap: {
        const auto top = pop(), next = pop();
        push(top);
        push(next);
        break;
      }
      default:
        return false;
    }
    return true;
  }
  void pick(std::uint64_t depth) {
    if (depth < stack_.size())
      push(std::uint64_t{stack_[stack_.size() - 1 - depth]});
    else
      good_ = false;
  }

  bool arithmetic(const Dwarf_Op& operation) {
    if (operation.atom == DW_OP_plus_uconst) {
      push(pop() + operation.number);
      return true;
    }
    if (operation.atom == DW_OP_neg || operation.atom == DW_OP_not) {
      const std::uint64_t value = pop();
      push(operation.atom == DW_OP_neg ? 0 - value : ~value);
      return true;
    }
    return binary(operation.atom);
  }
  bool binary(std::uint8_t atom) {
    const auto is_binary = [&] {
      return atom == DW_OP_and || atom == DW_OP_minus || atom == DW_OP_mul || atom == DW_OP_or ||
             atom == DW_OP_plus || atom == DW_OP_shl || atom == DW_OP_shr || atom == DW_OP_shra ||
             atom == DW_OP_xor || (atom >= DW_OP_eq && atom <= DW_OP_ne);
    };
    if (!is_binary()) return false;
    const std::uint64_t b = pop(), a = pop();
    push(result(atom, a, b));
    return true;
  }
  static std::uint64_t result(std::uint8_t atom, std::uint64_t a, std::uint64_t b) {
    const auto x = static_cast<std::int64_t>(a), y = static_cast<std::int64_t>(b);
    switch (atom) {
      case DW_OP_and:
        return a & b;
      case DW_OP_minus:
        return a - b;
      case DW_OP_mul:
        return a * b;
      case DW_OP_or:
        return a | b;
      case DW_OP_plus:
        return a + b;
      case DW_OP_shl:
        return b < 64 ? a << b : 0;
      case DW_OP_shr:
        return b < 64 ? a >> b : 0;
      case DW_OP_shra:
        return static_cast<std::uint64_t>(x >> (b < 64 ? b : 63));
      case DW_OP_xor:
        return a ^ b;
      case DW_OP_eq:
        return x == y;
      case DW_OP_ge:
        return x >= y;
      case DW_OP_gt:
        return x > y;
      case DW_OP_le:
        return x <= y;
      case DW_OP_lt:
        return x < y;
      default:
        return x != y;
    }
  }

  // libdw gives the distance in bytes from behind the operation; each operation knows its own offset.
  bool branch(const Dwarf_Op& operation) {
    if (operation.atom != DW_OP_skip && operation.atom != DW_OP_bra) return false;
    if (operation.atom == DW_OP_bra && pop() == 0) return true;
    const std::uint64_t target = operation.offset + 3 + operation.number;
    std::size_t to = 0;
    while (to < operations_.size() && operations_[to].offset != target) ++to;
    if (to == operations_.size() && target != end_offset()) return fail();
    at_ = to;
    return true;
  }
  std::uint64_t end_offset() const { return operations_.back().offset + 1; }

  std::span<const Dwarf_Op> operations_;
  const ExpressionContext& context_;
  std::vector<std::uint64_t> stack_;
  std::size_t at_ = 0;
  bool good_ = true;
  Location found_;
};

}  // namespace

std::optional<std::uint64_t> read_word(Memory& memory, std::uint64_t address) {
  const auto bytes = memory.read(address, sizeof(std::uint64_t));
  if (!bytes) return std::nullopt;
  std::uint64_t value = 0;
  std::memcpy(&value, bytes->data(), sizeof value);
  return value;
}

std::optional<Location> evaluate(std::span<const Dwarf_Op> operations, const ExpressionContext& context) {
  return Machine(operations, context).run();
}

}  // namespace rspbridge::proxy::triage
