// Units and debugging information entries of .debug_info and .debug_types (DWARF 2 to 5, section 7.5).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "proxy/symbols/abbrevs.hpp"

namespace rspbridge::proxy::symbols {

/// What kind of value a form is; the size of it is known once it has been read.
enum class FormClass : std::uint8_t {
  other,       ///< nothing that matters here: addresses, 16-byte data, range lists
  constant,    ///< `value`
  flag,        ///< `value`
  block,       ///< `value` bytes at `block`
  exprloc,     ///< the same
  text,        ///< an inline string at `at`
  str,         ///< `value` is an offset in .debug_str
  line_str,    ///< …in .debug_line_str
  strx,        ///< `value` is an index in the unit's part of .debug_str_offsets
  reference,   ///< `value` is an offset in the unit
  global_ref,  ///< …in .debug_info
  signature,   ///< `value` is a type unit's signature
  sec_offset,  ///< `value` is an offset in a section that the attribute implies
  loclistx,    ///< `value` is an index in the unit's part of .debug_loclists
};

struct Attribute {
  std::uint64_t name = 0, form = 0;
  FormClass kind = FormClass::other;
  std::uint64_t at = 0, end = 0;  ///< file offsets of the value; equal where the abbreviation holds it
  std::uint64_t value = 0;
  std::uint64_t block = 0;  ///< file offset of a block's contents
};

struct Unit {
  std::uint64_t begin = 0, first_die = 0, end = 0;  ///< file offsets
  unsigned version = 0, type = 0, offset_size = 4, address_size = 8;
  const AbbrevTable* abbrevs = nullptr;
  std::uint64_t language = 0;
  std::uint64_t str_offsets_base = 0, loclists_base = 0;  ///< offsets in their sections
  bool has_location_list = false;
};

struct Die {
  std::uint64_t at = 0;            ///< file offset
  const Abbrev* abbrev = nullptr;  ///< null for the entry that ends a list of children
  std::vector<Attribute> attributes;

  std::uint64_t tag() const { return abbrev ? abbrev->tag : 0; }
  /// The attribute of that name, or null.
  const Attribute* find(std::uint64_t name) const;
};

class DebugInfo {
 public:
  /// Reads the units' headers and abbreviations. Keeps references to both. Throws Malformed.
  DebugInfo(const ElfFile& elf, Budget& budget);

  std::vector<Unit>& units() { return units_; }
  /// The unit that the entry at a file offset belongs to, or null.
  const Unit* unit_of(std::uint64_t at) const;
  /// A cursor over the unit's entries.
  Cursor entries(const Unit& unit) const;
  /// Reads one entry into `die`, whose memory is used again. Throws Malformed.
  void read(Cursor& in, const Unit& unit, Die& die) const;
  /// The same of the entry at a file offset; false if no unit has any there.
  bool read_at(std::uint64_t at, Die& die) const;
  /// The file offset of the entry that `reference` means; nothing if it is in another file or nowhere.
  std::optional<std::uint64_t> target(const Unit& unit, const Attribute& reference) const;
  /// The string's offset in .debug_str or .debug_line_str, and the file offset of the number that says so.
  struct StringSlot {
    const Section* section = nullptr;
    std::uint64_t offset = 0;
    std::uint64_t slot = 0;
    unsigned width = 0;  ///< bytes of that number
  };
  std::optional<StringSlot> string_slot(const Unit& unit, const Attribute& attribute) const;
  /// The string itself; empty if it can't be found in this file.
  std::string_view text(const Unit& unit, const Attribute& attribute) const;

  Budget& budget() const { return budget_; }

 private:
  void read_units(const Section& section);
  void read_header(Cursor& in, Unit& unit, bool in_types);
  void read_root(Unit& unit);
  void read_value(Cursor& in, const Unit& unit, std::uint64_t form, Attribute& attribute) const;

  const ElfFile& elf_;
  Budget& budget_;
  AbbrevTables abbrevs_;
  const Section *info_, *str_, *line_str_, *str_offsets_;
  std::vector<Unit> units_;
  std::unordered_map<std::uint64_t, std::uint64_t> types_by_signature_;  // to the file offset of the type
};

}  // namespace rspbridge::proxy::symbols
