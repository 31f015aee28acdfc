#include "proxy/symbols/signed_rules.hpp"

#include <array>
#include <utility>

namespace rspbridge::proxy::symbols {
namespace {

constexpr std::uint64_t x30 = 30;
constexpr std::uint8_t rip = 16;  // amd64's DWARF number
// Linux gives user space no more than 48 bits of address unless a program asks for it.
constexpr std::uint64_t address_mask = 0x0000ffffffffffff;

// DW_CFA_…; the first three have an operand in their low six bits.
constexpr std::uint8_t advance_loc = 0x40, offset = 0x80, restore = 0xc0, nop = 0x00, offset_extended = 0x05,
                       restore_extended = 0x06, val_expression = 0x16, negate_ra_state = 0x2d,
                       args_size = 0x2e;
// DW_OP_…
constexpr std::uint8_t op_deref = 0x06, op_const8u = 0x0e, op_consts = 0x11, op_and = 0x1a, op_plus = 0x22,
                       op_breg0 = 0x70;

/// Instructions that stay as they are but for the register.
struct Plain {
  std::uint8_t opcode;
  unsigned bytes = 0;  ///< of a number that follows
  bool has_register = false;
  bool has_leb = false;
};
constexpr auto plain = std::to_array<Plain>({
    {.opcode = 0x02, .bytes = 1},  // DW_CFA_advance_loc1, 2 and 4
    {.opcode = 0x03, .bytes = 2},
    {.opcode = 0x04, .bytes = 4},
    {.opcode = 0x07, .has_register = true},  // DW_CFA_undefined
    {.opcode = 0x0a},                        // DW_CFA_remember_state and restore_state
    {.opcode = 0x0b},
    {.opcode = 0x0c,
     .has_register = true,
     .has_leb = true},  // DW_CFA_def_cfa, def_cfa_register, def_cfa_offset
    {.opcode = 0x0d, .has_register = true},
    {.opcode = 0x0e, .has_leb = true},
});

/// DW_CFA_val_expression: rip is what `code` leaves on the stack, without the bits of a signature.
void add_rip(std::string& out, std::string code) {
  add_uint(code, op_const8u, 1);
  add_uint(code, address_mask, 8);
  add_uint(code, op_and, 1);
  add_uint(out, val_expression, 1);
  add_uleb(out, rip);
  add_uleb(out, code.size());
  out += code;
}

}  // namespace

void add_uint(std::string& out, std::uint64_t value, unsigned width) {
  for (unsigned i = 0; i < width; ++i, value >>= 8) out += static_cast<char>(value & 0xff);
}

void add_uleb(std::string& out, std::uint64_t value) {
  for (; value > 0x7f; value >>= 7) add_uint(out, value | 0x80, 1);
  add_uint(out, value, 1);
}

void add_sleb(std::string& out, std::int64_t value) {
  for (; value < -64 || value > 63; value >>= 7) add_uint(out, static_cast<std::uint64_t>(value) | 0x80, 1);
  add_uint(out, static_cast<std::uint64_t>(value) & 0x7f, 1);
}

std::string unsaved_return_address() {
  std::string out, code;
  add_uint(code, op_breg0 + amd64_return_address, 1);
  add_sleb(code, 0);
  add_rip(out, std::move(code));
  return out;
}

bool SignedRules::rewrite(Cursor in) {
  while (!in.done())
    if (!step(in)) return false;
  return true;
}

bool SignedRules::step(Cursor& in) {
  const std::uint8_t opcode = in.u8(), operand = opcode & 0x3f;
  switch (opcode & 0xc0) {
    case advance_loc:
      add_uint(out_, opcode, 1);
      return true;
    case offset:
      saved(operand, in.uleb());
      return true;
    case restore:
      restored(operand);
      return true;
    default:
      return other(in, opcode);
  }
}

bool SignedRules::other(Cursor& in, std::uint8_t opcode) {
  if (opcode == negate_ra_state) signs_ = true;
  if (opcode == nop || opcode == negate_ra_state) return true;
  if (opcode == args_size) return in.uleb(), true;
  if (opcode == restore_extended) return restored(in.uleb()), true;
  if (opcode == offset_extended) {
    const std::uint64_t arm64 = in.uleb();
    return saved(arm64, in.uleb()), true;
  }
  for (const Plain& row : plain) {
    if (row.opcode != opcode) continue;
    const std::uint8_t number = row.has_register ? amd64_register(in.uleb()) : std::uint8_t{0};
    if (number == no_register) return false;
    add_uint(out_, opcode, 1);
    if (row.bytes != 0) add_uint(out_, in.uint(row.bytes), row.bytes);
    if (row.has_register) add_uleb(out_, number);
    if (row.has_leb) add_uleb(out_, in.uleb());
    return true;
  }
  return false;
}

void SignedRules::saved(std::uint64_t arm64, std::uint64_t factored) {
  const std::uint8_t column = amd64_register(arm64);
  if (column == no_register) return;
  add_uint(out_, offset | column, 1);
  add_uleb(out_, factored);
  if (arm64 != x30) return;
  std::string code;  // on whose stack the CFA is
  add_uint(code, op_consts, 1);
  add_sleb(code, static_cast<std::int64_t>(factored * static_cast<std::uint64_t>(data_factor_)));
  add_uint(code, op_plus, 1);
  add_uint(code, op_deref, 1);
  add_rip(out_, std::move(code));
}

void SignedRules::restored(std::uint64_t arm64) {
  const std::uint8_t column = amd64_register(arm64);
  if (column == no_register) return;
  add_uint(out_, restore | column, 1);
  if (arm64 == x30) add_uint(out_, restore | rip, 1);
}

}  // namespace rspbridge::proxy::symbols
