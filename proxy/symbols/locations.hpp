// Where expressions stand: in entries and in location lists (DWARF 4, sections 2.6.2 and 7.7.3; DWARF 5,
// section 7.7.3).
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_set>

#include "proxy/symbols/expression.hpp"
#include "proxy/symbols/types.hpp"

namespace rspbridge::proxy::symbols {

/// An expression with the length that stands before it.
struct Located {
  std::uint64_t length_at = 0;  ///< file offset of the length
  Extent body;
  bool uleb_length = true;  ///< the length is a LEB128, and so can be padded
};

/// Makes GDB say `<optimized out>` for what the expression locates: a length of zero, or, where the
/// expression is too long to be hidden in one, a DW_OP_piece of nowhere of the object's `size` in bytes.
/// Where that isn't known, an opcode that GDB refuses.
void lose(std::string& file, const Located& located, std::optional<std::uint64_t> size);

/// Translates the expressions of entries and of the lists that they refer to, each once.
class Locations {
 public:
  /// Keeps references to all of them.
  Locations(ElfFile& elf, const DebugInfo& info, Types& types, Counts& counts);

  /// Translates every expression of the entry. Throws Malformed.
  void translate(Unit& unit, const Die& die);

 private:
  ExpressionContext context(const Unit& unit, const Die& die, const Attribute& attribute);
  Outcome in_entry(const Unit& unit, const Die& die, const Attribute& attribute);
  void list(const Unit& unit, const Die& die, const Attribute& attribute);
  void list_4(Cursor& in, const ExpressionContext& context);
  void list_5(Cursor& in, const ExpressionContext& context);
  bool list_5_entry(Cursor& in, std::uint8_t kind);
  bool first_visit(const Cursor& in) { return visited_.insert(in.position()).second; }

  ElfFile& elf_;
  const DebugInfo& info_;
  Types& types_;
  Counts& counts_;
  const Section *loc_, *loclists_;
  std::unordered_set<std::uint64_t> visited_;  // file offsets of list entries
};

}  // namespace rspbridge::proxy::symbols
