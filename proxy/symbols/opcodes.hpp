// The opcodes of DWARF expressions and their operands.
#pragma once

#include <cstdint>

namespace rspbridge::proxy::symbols {

/// How an operand is encoded; what it means, where that matters.
enum class Operand : std::uint8_t {
  none,
  u1,  ///< a number of so many bytes, signed or not
  u2,
  u4,
  u8,
  leb,      ///< a LEB128, signed or not
  address,  ///< of the unit's size
  offset,   ///< an offset in .debug_info
  reg,      ///< the number of a register
  type,     ///< the base type, as an offset in the unit, that the register before is read as
  block,    ///< a LEB128 length and as many bytes
  block1,   ///< a length of one byte and as many bytes
  nested,   ///< a LEB128 length and an expression
};

/// Opcodes that have the same operands.
struct Opcode {
  std::uint8_t first, last;
  Operand a = Operand::none, b = Operand::none;
};

/// Null for an opcode that compilers don't write.
const Opcode* find_opcode(std::uint8_t opcode);

}  // namespace rspbridge::proxy::symbols
