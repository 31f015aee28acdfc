// Functions whose value amd64 returns elsewhere than AAPCS64 does.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_set>
#include <vector>

#include "proxy/symbols/types.hpp"

namespace rspbridge::proxy::symbols {

/// Marks them with DW_CC_nocall, for which GDB says that it "cannot determine its returned value". The
/// attribute takes the place of one that matters less, in the abbreviation and so in every entry of it.
class Returns {
 public:
  Returns(ElfFile& elf, const DebugInfo& info, Types& types, Counts& counts);

  /// To be called with every DW_TAG_subprogram and DW_TAG_subroutine_type.
  void note(const Unit& unit, const Die& die);
  /// To be called last, since it changes abbreviations.
  void apply();

 private:
  struct Function {
    std::uint64_t at = 0;  ///< file offset of the entry
    bool differs = false;
    std::uint64_t origin = 0;  ///< what it is an instance or the definition of; 0 if nothing
  };
  using Group = std::vector<Function>;  // All functions with one abbreviation.

  bool differs(const Unit& unit, const Die& die);
  bool mark(const Abbrev& abbrev, const Group& group);
  bool replace(const AttributeSpec& spec, const Group& group, std::uint64_t form);
  bool is_short_frame_base(const Abbrev& abbrev, const Group& group) const;
  void count(const std::unordered_set<std::uint64_t>& marked);

  ElfFile& elf_;
  const DebugInfo& info_;
  Types& types_;
  Counts& counts_;
  std::map<const Abbrev*, Group> groups_;
};

}  // namespace rspbridge::proxy::symbols
