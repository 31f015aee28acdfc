// DW_AT_producer and the name of `long double`: strings that GDB goes by, and that can't grow.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "proxy/symbols/debug_info.hpp"
#include "proxy/symbols/translate.hpp"

namespace rspbridge::proxy::symbols {

/// GDB's amd64 port takes the end of a prologue from the line table only if the producer begins with
/// "clang "; its aarch64 port always does. Where GCC made location lists, both stop at the first
/// instruction instead, and that needs GCC's name. So the units without lists are pointed at another
/// string: a place within their own, behind the version, where "clang " is written over what GDB doesn't
/// read. `long double` gets a new name there, too: its old one can't be changed where it ends in the name
/// of `double`.
class Producers {
 public:
  /// Finds the producers of all units. Keeps references to all three.
  Producers(ElfFile& elf, DebugInfo& info, Counts& counts);

  /// To be called with every attribute: notes the strings that end in bytes of a producer's.
  void note_string(const Unit& unit, const Attribute& attribute);
  /// To be called with every DW_TAG_base_type.
  void note_base_type(const Unit& unit, const Die& die);
  /// To be called last, when it is known which units have location lists.
  void apply();

 private:
  /// A producer in .debug_str or .debug_line_str, of one or more units.
  struct Donor {
    const Section* section = nullptr;
    std::uint64_t end = 0;    ///< file offset of its NUL
    std::uint64_t free = 0;   ///< from here on are bytes that GDB doesn't need
    std::uint64_t limit = 0;  ///< from here on other strings share its bytes; `end` if none does
    std::uint64_t clang = 0;  ///< file offset of a "clang " within, or 0
    std::uint64_t quad = 0, complex_quad = 0;  ///< the same of the names of IEEE quad types

    bool has_room(std::uint64_t size) const { return free + size <= (limit == end ? end : limit - 1); }
  };
  struct User {
    const Unit* unit = nullptr;
    Extent string;                              ///< in the file, without its NUL
    std::optional<DebugInfo::StringSlot> slot;  ///< nothing for an inline string
    bool is_gcc = false;
  };
  struct LongDouble {
    std::optional<DebugInfo::StringSlot> slot;
    std::uint64_t encoding_at = 0;  ///< of the one byte that says DW_ATE_float; 0 if there is none
    std::uint64_t size_at = 0;      ///< the same of DW_AT_byte_size
    bool is_complex = false;
  };

  void add(const Unit& unit);
  void add_donor(const User& user, std::string_view text);
  bool adopt_line_table(const User& user);
  bool rename(const LongDouble& type);
  void forget(const LongDouble& type);
  void write_quads(Donor& donor);
  void write(std::uint64_t at, std::string_view text);
  void point(const DebugInfo::StringSlot& slot, std::uint64_t string);

  ElfFile& elf_;
  DebugInfo& info_;
  Counts& counts_;
  std::map<std::uint64_t, Donor> donors_;  // by the file offset of the string
  std::vector<User> users_;
  std::vector<LongDouble> long_doubles_;
};

}  // namespace rspbridge::proxy::symbols
