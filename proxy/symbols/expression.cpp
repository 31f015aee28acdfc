#include "proxy/symbols/expression.hpp"

#include "proxy/symbols/opcodes.hpp"
#include "proxy/symbols/registers.hpp"

namespace rspbridge::proxy::symbols {
namespace {

using enum Operand;

constexpr std::uint8_t op_reg0 = 0x50, op_reg31 = 0x6f, op_breg0 = 0x70, op_breg31 = 0x8f, op_regx = 0x90,
                       op_piece = 0x93, op_nop = 0x96, op_bit_piece = 0x9d;
constexpr int deepest_nesting = 8;  // Compilers nest once: a register within DW_OP_entry_value.

class Translation {
 public:
  Translation(std::string& file, const ExpressionContext& context, Counts& counts, int depth)
      : file_(file), context_(context), counts_(counts), depth_(depth) {}

  Outcome run(Cursor in);

 private:
  void step(Cursor& in, std::uint8_t op, const Opcode& row);
  void operand(Cursor& in, Operand kind);
  void named(std::uint64_t arm64, std::uint64_t at, std::uint64_t width, std::uint8_t base);
  void typed(Cursor& in);
  void end_piece(Cursor& in, std::uint8_t op, std::uint64_t op_at);
  bool fits(std::optional<std::uint64_t> bytes) const {
    return bytes ? *bytes <= shown_bits_ / 8 : !narrowed_;
  }

  std::string& file_;
  const ExpressionContext& context_;
  Counts& counts_;
  int depth_;
  // Of the piece under way; an expression without DW_OP_piece is one piece.
  std::uint64_t begin_ = 0;
  bool lost_ = false, in_register_ = false;
  // Of the register that was named last.
  unsigned shown_bits_ = 0;
  bool narrowed_ = false;  // Its part shows only some of its bits.
};

void Translation::named(std::uint64_t arm64, std::uint64_t at, std::uint64_t width, std::uint8_t base) {
  const rsp::Role* role = rsp::role_of_dwarf(arm64);
  // A register of 0 to 31 must stay one where the opcode holds it; the table has no other.
  if (!role || (base != 0 && role->amd64_dwarf > 31)) {
    lost_ = true;
    return;
  }
  if (base != 0)
    put_uint(file_, at, 1, base + role->amd64_dwarf);
  else
    put_uleb(file_, at, width, role->amd64_dwarf);
  shown_bits_ = role->bits;
  narrowed_ = arm64 >= 64 && role->bits < 128;  // v0 to v31 are 64 to 95.
  ++counts_.registers;
}

// The base type that a register is read as: 0 is the generic type, of an address's size.
void Translation::typed(Cursor& in) {
  const std::uint64_t type = in.uleb();
  const auto size =
      type == 0 ? context_.address_size : (context_.type_size ? context_.type_size(type) : std::nullopt);
  if (!lost_ && !fits(size)) lost_ = true;
}

void Translation::operand(Cursor& in, Operand kind) {
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
    case address:
      in.skip(context_.address_size);
      break;
    case offset:
      in.skip(context_.version == 2 ? context_.address_size : context_.offset_size);
      break;
    case leb:
      in.sleb();
      break;  // Signed or not: the bytes are as many.
    case reg: {
      const std::uint64_t at = in.position();
      const std::uint64_t number = in.uleb();
      named(number, at, in.position() - at, 0);
      break;
    }
    case type:
      typed(in);
      break;
    case block:
      in.skip(in.uleb());
      break;
    case block1:
      in.skip(in.u8());
      break;
    case nested: {
      Cursor inner = in.take(in.uleb());
      if (depth_ == deepest_nesting) in.fail("expressions are nested too deep");
      ExpressionContext only_names = context_;
      only_names.value_size = nullptr;
      if (Translation(file_, only_names, counts_, depth_ + 1).run(inner) == Outcome::lost) lost_ = true;
      break;
    }
  }
}

void Translation::step(Cursor& in, std::uint8_t op, const Opcode& row) {
  const std::uint64_t at = in.position() - 1;
  if (op >= op_reg0 && op <= op_reg31) named(op - op_reg0, at, 1, op_reg0);
  if (op >= op_breg0 && op <= op_breg31) named(op - op_breg0, at, 1, op_breg0);
  if ((op >= op_reg0 && op <= op_reg31) || op == op_regx) in_register_ = true;
  if (op == op_piece || op == op_bit_piece) return end_piece(in, op, at);
  operand(in, row.a);
  operand(in, row.b);
}

void Translation::end_piece(Cursor& in, std::uint8_t op, std::uint64_t op_at) {
  const std::uint64_t size = in.uleb();
  std::uint64_t bits = size > (std::uint64_t{1} << 60) ? size : size * 8;
  if (op == op_bit_piece) {
    const std::uint64_t first = in.uleb();
    bits = first > (std::uint64_t{1} << 60) ? first : first + size;
  }
  if (in_register_ && bits > shown_bits_) lost_ = true;
  if (lost_) {
    for (std::uint64_t at = begin_; at < op_at; ++at) put_uint(file_, at, 1, op_nop);
    ++counts_.lost_locations;
  }
  begin_ = in.position();
  lost_ = in_register_ = false;
}

Outcome Translation::run(Cursor in) {
  begin_ = in.position();
  while (!in.done()) {
    const std::uint8_t op = in.u8();
    const Opcode* row = find_opcode(op);
    if (!row) return Outcome::lost;
    step(in, op, *row);
  }
  if (in_register_ && !lost_ && context_.value_size && !fits(context_.value_size())) lost_ = true;
  return lost_ ? Outcome::lost : Outcome::whole;
}

}  // namespace

Outcome translate_expression(std::string& file, Extent extent, std::string_view section,
                             const ExpressionContext& context, Counts& counts) {
  return Translation(file, context, counts, 0).run(Cursor(file, extent, section));
}

}  // namespace rspbridge::proxy::symbols
