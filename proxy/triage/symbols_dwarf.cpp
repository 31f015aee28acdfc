// Where DWARF describes an address: the unit, the function. What libdw has for that needs .debug_aranges,
// which many compilers leave out, and doesn't look into namespaces.
#include <dwarf.h>

#include <algorithm>

#include "proxy/triage/symbols.hpp"

namespace rspbridge::proxy::triage {
namespace {

constexpr int deepest = 16;  // of namespaces and classes in one another

bool may_hold_functions(int tag) {
  return tag == DW_TAG_namespace || tag == DW_TAG_module || tag == DW_TAG_class_type ||
         tag == DW_TAG_structure_type || tag == DW_TAG_union_type || tag == DW_TAG_enumeration_type;
}

}  // namespace

void Symbols::add_ranges(Dwarf_Die& die, std::vector<Range>& ranges) {
  Dwarf_Addr base = 0, begin = 0, end = 0;
  for (std::ptrdiff_t at = 0; (at = dwarf_ranges(&die, at, &base, &begin, &end)) > 0;)
    if (begin < end) ranges.push_back({begin, end, die});
}

void Symbols::add_functions(Dwarf_Die& parent, int depth, std::vector<Range>& ranges) {
  Dwarf_Die child;
  if (depth == deepest || dwarf_child(&parent, &child) != 0) return;
  do {
    const int tag = dwarf_tag(&child);
    if (tag == DW_TAG_subprogram) add_ranges(child, ranges);
    if (may_hold_functions(tag)) add_functions(child, depth + 1, ranges);
  } while (dwarf_siblingof(&child, &child) == 0);
}

// Ranges of units and functions don't overlap; what does in spite of that is found by its beginning.
const Symbols::Range* Symbols::find(const std::vector<Range>& ranges, Dwarf_Addr address) {
  const auto behind = std::partition_point(ranges.begin(), ranges.end(),
                                           [address](const Range& one) { return one.begin <= address; });
  if (behind == ranges.begin() || std::prev(behind)->end <= address) return nullptr;
  return &*std::prev(behind);
}

const Symbols::Units& Symbols::units(Dwfl_Module* module) const {
  const auto [entry, is_new] = units_.try_emplace(module);
  if (!is_new) return entry->second;
  Units& made = entry->second;
  Dwarf_Die* die = nullptr;
  while ((die = dwfl_module_nextcu(module, die, &made.bias)) != nullptr) add_ranges(*die, made.ranges);
  std::sort(made.ranges.begin(), made.ranges.end(),
            [](const Range& a, const Range& b) { return a.begin < b.begin; });
  return made;
}

std::optional<Symbols::Unit> Symbols::unit(std::uint64_t address) const {
  Dwfl_Module* const from = module(address);
  if (from == nullptr) return std::nullopt;
  const Units& all = units(from);
  const Range* const found = find(all.ranges, address - all.bias);
  if (found == nullptr) return std::nullopt;
  return Unit{found->die, all.bias};
}

std::optional<Dwarf_Die> Symbols::function(const Unit& unit, std::uint64_t address) const {
  const auto [entry, is_new] = dies_.try_emplace(unit.die.addr);
  auto& ranges = entry->second;
  if (is_new) {
    Dwarf_Die die = unit.die;
    add_functions(die, 0, ranges);
    std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) { return a.begin < b.begin; });
  }
  const Range* const found = find(ranges, address - unit.bias);
  return found ? std::optional(found->die) : std::nullopt;
}

}  // namespace rspbridge::proxy::triage
