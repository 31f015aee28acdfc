#include "proxy/symbols/returns.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "proxy/symbols/dwarf_names.hpp"

namespace rspbridge::proxy::symbols {
namespace {

using namespace dwarf;

/// An attribute that may be given up, and the form of the same size that holds a constant.
struct Spare {
  std::uint16_t name, form, becomes;
};

// Best first: a column GDB never reads; the shortcut past the children; the line of the declaration, which
// `info functions` shows.
constexpr std::array<Spare, 18> spares = {{
    {at_calling_convention, form_data1, form_data1},
    {at_decl_column, form_data1, form_data1},
    {at_decl_column, form_data2, form_data2},
    {at_decl_column, form_data4, form_data4},
    {at_decl_column, form_udata, form_udata},
    {at_decl_column, form_implicit_const, form_implicit_const},
    {at_sibling, form_ref1, form_data1},
    {at_sibling, form_ref2, form_data2},
    {at_sibling, form_ref4, form_data4},
    {at_sibling, form_ref8, form_data8},
    {at_sibling, form_ref_udata, form_udata},
    {at_frame_base, form_exprloc, form_data2},
    {at_decl_line, form_data1, form_data1},
    {at_decl_line, form_data2, form_data2},
    {at_decl_line, form_data4, form_data4},
    {at_decl_line, form_udata, form_udata},
    {at_decl_line, form_implicit_const, form_implicit_const},
    {at_decl_file, form_implicit_const, form_implicit_const},
}};

// Languages with the C calling convention for aggregates (DW_AT_language): C, C++, Objective-C, UPC.
constexpr std::array<std::uint64_t, 14> c_languages = {0x01, 0x02, 0x04, 0x0c, 0x10, 0x11, 0x12,
                                                       0x19, 0x1a, 0x1d, 0x21, 0x2a, 0x2b, 0x2c};

}  // namespace

Returns::Returns(ElfFile& elf, const DebugInfo& info, Types& types, Counts& counts)
    : elf_(elf), info_(info), types_(types), counts_(counts) {}

bool Returns::differs(const Unit& unit, const Die& die) {
  const TypeOf type = types_.type_of(unit, die);
  if (!type.has_type) return false;
  if (!type.at) return true;
  const bool c = std::find(c_languages.begin(), c_languages.end(), unit.language) != c_languages.end();
  return !types_.returned_alike(*type.at) || (!c && types_.is_aggregate(*type.at));
}

void Returns::note(const Unit& unit, const Die& die) {
  groups_[die.abbrev].push_back({die.at, differs(unit, die), types_.origin(unit, die).value_or(0)});
}

// GDB needs the frame base for local variables: where there are no children, there are none.
bool Returns::is_short_frame_base(const Abbrev& abbrev, const Group& group) const {
  if (abbrev.has_children) return false;
  return std::all_of(group.begin(), group.end(), [&](const Function& function) {
    Die die;
    if (!info_.read_at(function.at, die)) return false;
    const Attribute* base = die.find(at_frame_base);
    return base && base->end - base->at == 2;
  });
}

bool Returns::replace(const AttributeSpec& spec, const Group& group, std::uint64_t form) {
  const auto convention = [](const Function& function) { return function.differs ? cc_nocall : cc_normal; };
  if (form == form_implicit_const) {  // One value for all.
    if (!std::all_of(group.begin(), group.end(), [](const Function& function) { return function.differs; }))
      return false;
    put_uleb(elf_.bytes, spec.constant_at, spec.end - spec.constant_at, cc_nocall);
  } else {
    Die die;
    for (const Function& function : group) {
      if (!info_.read_at(function.at, die)) return false;
      const Attribute& attribute = *die.find(spec.name);
      if (form == form_udata)
        put_uleb(elf_.bytes, attribute.at, attribute.end - attribute.at, convention(function));
      else
        put_uint(elf_.bytes, attribute.at, static_cast<unsigned>(attribute.end - attribute.at),
                 convention(function));
    }
  }
  put_uleb(elf_.bytes, spec.name_at, spec.form_at - spec.name_at, at_calling_convention);
  put_uleb(elf_.bytes, spec.form_at, spec.constant_at - spec.form_at, form);
  return true;
}

bool Returns::mark(const Abbrev& abbrev, const Group& group) {
  if (abbrev.shared_bytes) return false;
  for (const Spare& spare : spares) {
    const AttributeSpec* spec = abbrev.find(spare.name);
    if (!spec || spec->form != spare.form) continue;
    if (spare.name == at_frame_base && !is_short_frame_base(abbrev, group)) continue;
    // Two of them would leave it open which counts.
    if (spare.name != at_calling_convention && abbrev.find(at_calling_convention)) return false;
    if (replace(*spec, group, spare.becomes)) return true;
  }
  return false;
}

void Returns::apply() {
  std::unordered_set<std::uint64_t> marked;
  for (const auto& [abbrev, group] : groups_) {
    if (std::none_of(group.begin(), group.end(), [](const Function& function) { return function.differs; }))
      continue;
    if (!mark(*abbrev, group)) continue;
    for (const Function& function : group)
      if (function.differs) marked.insert(function.at);
  }
  count(marked);
}

// What an entry itself doesn't have GDB looks for in its origin.
void Returns::count(const std::unordered_set<std::uint64_t>& marked) {
  std::unordered_map<std::uint64_t, std::uint64_t> origins;
  for (const auto& [abbrev, group] : groups_)
    for (const Function& function : group) origins.emplace(function.at, function.origin);
  for (const auto& [abbrev, group] : groups_)
    for (const Function& function : group) {
      if (!function.differs) continue;
      std::uint64_t at = function.at;
      for (int steps = 0; steps < 4 && !marked.contains(at); ++steps) {
        const auto origin = origins.find(at);
        at = origin == origins.end() ? 0 : origin->second;
      }
      ++(marked.contains(at) ? counts_.functions_marked : counts_.functions_unmarked);
    }
}

}  // namespace rspbridge::proxy::symbols
