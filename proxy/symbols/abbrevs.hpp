// Abbreviations (DWARF 5, section 7.5.3).
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "proxy/symbols/elf_file.hpp"

namespace rspbridge::proxy::symbols {

/// One attribute of an abbreviation, and where in the file its numbers stand.
struct AttributeSpec {
  std::uint64_t name = 0, form = 0;
  std::uint64_t constant = 0;                                        ///< of DW_FORM_implicit_const
  std::uint64_t name_at = 0, form_at = 0, constant_at = 0, end = 0;  ///< file offsets
};

struct Abbrev {
  std::uint64_t code = 0, tag = 0;
  bool has_children = false;
  bool shared_bytes = false;  ///< another table overlaps this one: it can't be changed
  std::vector<AttributeSpec> attributes;

  /// The attribute of that name, or null.
  const AttributeSpec* find(std::uint64_t name) const;
};

class AbbrevTable {
 public:
  /// Reads one table, up to its end mark. Throws Malformed.
  AbbrevTable(Cursor& in, Budget& budget);
  /// Null if there is no such code.
  const Abbrev* find(std::uint64_t code) const;
  Extent extent() const noexcept { return extent_; }
  void mark_shared();

 private:
  Extent extent_;
  std::vector<Abbrev> rows_;                                // Codes 1, 2, 3…, as compilers number them,
  std::unordered_map<std::uint64_t, std::size_t> by_code_;  // and the other ones.
};

/// The tables of .debug_abbrev, by their offset in it; each is read once.
class AbbrevTables {
 public:
  /// `section` may be null: then every table is missing. Both outlive this.
  AbbrevTables(const ElfFile& elf, const Section* section, Budget& budget);
  /// Throws Malformed if there is none at `offset`.
  const AbbrevTable& at(std::uint64_t offset);
  /// To be called once all tables are read: finds those that overlap.
  void find_shared();

 private:
  const ElfFile& elf_;
  const Section* section_;
  Budget& budget_;
  std::map<std::uint64_t, AbbrevTable> tables_;
};

}  // namespace rspbridge::proxy::symbols
