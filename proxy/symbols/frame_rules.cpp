#include "proxy/symbols/frame_rules.hpp"

#include <array>

#include "proxy/symbols/expression.hpp"
#include "proxy/symbols/registers.hpp"

namespace rspbridge::proxy::symbols {
namespace {

// `column` is a register whose rule is set, `source` one whose contents are used, `cfa` the CFA's.
enum class Operand : std::uint8_t {
  none,
  u1,
  u2,
  u4,
  u8,
  location,
  leb,
  column,
  source,
  cfa,
  cfa_rule,
  rule
};

struct Instruction {
  std::uint8_t opcode;
  Operand a = Operand::none, b = Operand::none;
};

// DWARF 5, table 7.29; 0x1d, 0x2e, 0x2f: vendors'. Those with a register in the opcode are apart.
using enum Operand;
constexpr std::array<Instruction, 26> instructions = {{
    {0x00},
    {0x01, location},
    {0x02, u1},
    {0x03, u2},
    {0x04, u4},
    {0x05, column, leb},
    {0x06, column},
    {0x07, column},
    {0x08, column},
    {0x09, column, source},
    {0x0a},
    {0x0b},
    {0x0c, cfa, leb},
    {0x0d, cfa},
    {0x0e, leb},
    {0x0f, cfa_rule},
    {0x10, column, rule},
    {0x11, column, leb},
    {0x12, cfa, leb},
    {0x13, leb},
    {0x14, column, leb},
    {0x15, column, leb},
    {0x16, column, rule},
    {0x1d, u8},
    {0x2e, leb},
    {0x2f, column, leb},
}};

constexpr std::uint8_t nop = 0x00, undefined = 0x07;
// DW_CFA_AARCH64_negate_ra_state_with_pc and DW_CFA_AARCH64_negate_ra_state; to amd64 GDB the latter is
// DW_CFA_GNU_window_save.
constexpr std::uint8_t ra_state_with_pc = 0x2c, ra_state = 0x2d;

class Rules {
 public:
  Rules(std::string& file, unsigned location_size, Counts& counts)
      : file_(file), location_size_(location_size), counts_(counts) {}
  void step(Cursor& in);

 private:
  void short_form(Cursor& in, std::uint8_t opcode);
  void operand(Cursor& in, Operand kind);
  void renumber(Cursor& in, bool is_source);
  void expression(Cursor& in, bool is_cfa);
  void make_undefined(std::uint64_t end);

  std::string& file_;
  unsigned location_size_;
  Counts& counts_;
  std::uint64_t begin_ = 0;  // of the instruction under way
  std::uint64_t after_column_ = 0;
};

void Rules::step(Cursor& in) {
  begin_ = in.position();
  const std::uint8_t opcode = in.u8();
  if (opcode >> 6 != 0) return short_form(in, opcode);
  if (opcode == ra_state || opcode == ra_state_with_pc) return put_uint(file_, begin_, 1, nop);
  for (const Instruction& row : instructions)
    if (row.opcode == opcode) {
      operand(in, row.a);
      operand(in, row.b);
      return;
    }
  in.fail("an unknown call frame instruction");
}

// DW_CFA_advance_loc, DW_CFA_offset, DW_CFA_restore: the operand is in the low six bits.
void Rules::short_form(Cursor& in, std::uint8_t opcode) {
  if (opcode >> 6 == 1) return;
  const std::uint8_t column_number = amd64_register(opcode & 0x3f);
  static_assert(no_register < 64);
  put_uint(file_, begin_, 1, (opcode & 0xc0u) | column_number);
  ++(column_number == no_register ? counts_.lost_cfi : counts_.cfi_registers);
  if (opcode >> 6 == 2) in.uleb();
}

void Rules::operand(Cursor& in, Operand kind) {
  switch (kind) {
    case none:
      break;
    case u1:
      in.skip(1);
      break;
    case u2:
      in.skip(2);
      break;
    case u4:
      in.skip(4);
      break;
    case u8:
      in.skip(8);
      break;
    case location:
      if (location_size_ == 0)
        in.uleb();
      else
        in.skip(location_size_);
      break;
    case leb:
      in.sleb();
      break;  // Signed or not: the bytes are as many.
    case column:
    case cfa:
      renumber(in, false);
      after_column_ = in.position();
      break;
    case source:
      renumber(in, true);
      break;
    case cfa_rule:
      expression(in, true);
      break;
    case rule:
      expression(in, false);
      break;
  }
}

void Rules::renumber(Cursor& in, bool is_source) {
  const std::uint64_t at = in.position();
  const std::uint8_t number = amd64_register(in.uleb());
  put_uleb(file_, at, in.position() - at, number);
  ++(number == no_register ? counts_.lost_cfi : counts_.cfi_registers);
  if (number == no_register && is_source) make_undefined(in.position());
}

void Rules::expression(Cursor& in, bool is_cfa) {
  Cursor body = in.take(in.uleb());
  const Extent extent{body.position(), body.end()};
  if (translate_expression(file_, extent, in.name(), {}, counts_) == Outcome::whole) return;
  ++counts_.lost_cfi;
  if (!is_cfa) return make_undefined(extent.end);
  // There is no rule for "no CFA": GDB gives up on the frame when it meets the opcode.
  if (extent.size() != 0) put_uint(file_, extent.begin, 1, invalid_opcode);
}

// Instruction, column, rest becomes DW_CFA_undefined, column, nops: `<not saved>`.
void Rules::make_undefined(std::uint64_t end) {
  put_uint(file_, begin_, 1, undefined);
  for (std::uint64_t at = after_column_; at < end; ++at) put_uint(file_, at, 1, nop);
}

}  // namespace

void translate_frame_rules(std::string& file, Cursor in, unsigned location_size, Counts& counts) {
  Rules rules(file, location_size, counts);
  while (!in.done()) rules.step(in);
}

}  // namespace rspbridge::proxy::symbols
