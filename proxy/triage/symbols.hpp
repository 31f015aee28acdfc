// Symbols, lines and call frame information of the images of a process, by libdw.
#pragma once

#include <elfutils/libdwfl.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/triage/stopped.hpp"

namespace rspbridge::proxy::triage {

struct DwflDeleter {
  void operator()(Dwfl* dwfl) const noexcept { dwfl_end(dwfl); }
};

/// A symbol of an ELF symbol table.
struct ElfSymbol {
  std::string name;  ///< as in the table
  std::uint64_t address = 0, size = 0;
  std::size_t section = 0;
};

/// What kind of symbols an image has.
enum class SymbolKind : std::uint8_t { none, table, dwarf, corrupt };

/// Not thread-safe; several may be used in threads of their own.
class Symbols {
 public:
  /// `images` must outlive it, by address. What can't be read is as if it weren't there.
  explicit Symbols(const std::vector<Image>& images);

  /// The image that holds `address`; null if none does.
  const Image* image(std::uint64_t address) const;
  /// Null where there is no file, too.
  Dwfl_Module* module(std::uint64_t address) const;

  /// The function symbol that `address` lies in. Of several names of one function it is the plainest.
  std::optional<ElfSymbol> symbol(std::uint64_t address) const;
  /// Where the function symbol of that name is, of the first image that has one.
  std::optional<std::uint64_t> address(std::string_view name) const;

  /// The compilation unit that `address` lies in, and what is added to its addresses.
  struct Unit {
    Dwarf_Die die{};
    std::uint64_t bias = 0;
  };
  std::optional<Unit> unit(std::uint64_t address) const;
  /// The function of that unit, not inlined, whose code `address` is. Nothing if DWARF tells of none.
  std::optional<Dwarf_Die> function(const Unit& unit, std::uint64_t address) const;

  struct Line {
    std::string file;
    int number = 0;
  };
  std::optional<Line> line(std::uint64_t address) const;

  /// Call frame information for `address`: .debug_frame's or .eh_frame's. The caller frees the frame.
  struct Rules {
    std::unique_ptr<Dwarf_Frame, void (*)(void*)> frame;
    std::uint64_t bias = 0;
    int return_address = 0;  ///< a DWARF register number
    bool signal_frame = false;
  };
  std::optional<Rules> rules(std::uint64_t address) const;

  SymbolKind kind(const Image& image) const;

 private:
  /// Code and the DIE that describes it, without the bias.
  struct Range {
    Dwarf_Addr begin = 0, end = 0;
    Dwarf_Die die{};
  };
  struct Units {
    std::vector<Range> ranges;  ///< by address
    Dwarf_Addr bias = 0;
  };
  const std::vector<ElfSymbol>& functions(Dwfl_Module* module) const;
  const Units& units(Dwfl_Module* module) const;
  static void add_ranges(Dwarf_Die& die, std::vector<Range>& ranges);
  static void add_functions(Dwarf_Die& parent, int depth, std::vector<Range>& ranges);
  static const Range* find(const std::vector<Range>& ranges, Dwarf_Addr address);

  const std::vector<Image>& images_;
  mutable std::map<Dwfl_Module*, std::vector<ElfSymbol>> functions_;  ///< by address; filled when needed
  mutable std::map<Dwfl_Module*, Units> units_;                       ///< the same
  mutable std::map<const void*, std::vector<Range>> dies_;            ///< of functions, by unit
  std::map<const Image*, Dwfl_Module*> modules_;
  std::unique_ptr<Dwfl, DwflDeleter> dwfl_;
};

}  // namespace rspbridge::proxy::triage
