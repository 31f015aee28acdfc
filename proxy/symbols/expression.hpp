// DWARF expressions (DWARF 5, section 2.5; GNU's extensions of DWARF 4).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "proxy/symbols/bytes.hpp"
#include "proxy/symbols/translate.hpp"

namespace rspbridge::proxy::symbols {

/// What the meaning of an expression depends on besides its bytes.
struct ExpressionContext {
  unsigned address_size = 8, offset_size = 4;  ///< bytes
  unsigned version = 5;                        ///< of the unit
  /// The size in bytes of the base type at an offset of the unit; nothing if unknown.
  std::function<std::optional<std::uint64_t>(std::uint64_t)> type_size;
  /// The size in bytes of the object that the expression locates; asked only if it is a register, and
  /// null where the expression merely names one. If unknown, the object might be wider than its part.
  std::function<std::optional<std::uint64_t>()> value_size;
};

enum class Outcome : std::uint8_t { whole, lost };

/// Renumbers the registers of the expression at `extent`. A piece that needs a register without a part
/// becomes DW_OP_nops before its DW_OP_piece, which GDB shows as `<optimized out>`. `lost`: the
/// expression as a whole needs one (or holds an unknown opcode), and the caller has to keep GDB from
/// evaluating it. Throws Malformed.
Outcome translate_expression(std::string& file, Extent extent, std::string_view section,
                             const ExpressionContext& context, Counts& counts);

}  // namespace rspbridge::proxy::symbols
