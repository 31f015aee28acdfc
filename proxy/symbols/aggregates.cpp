// Arrays, structures, unions and classes ("Procedure Call Standard for the Arm 64-bit Architecture",
// section 6.8; "System V ABI, AMD64", section 3.2.3; "Itanium C++ ABI", section 3.1).
#include <algorithm>

#include "proxy/symbols/dwarf_names.hpp"
#include "proxy/symbols/types.hpp"

namespace rspbridge::proxy::symbols {
namespace {

using namespace dwarf;

Shape unknown() {
  Shape made;
  made.other = true;
  return made;
}

void add_floats(Shape& whole, const Shape& part, std::uint64_t count, bool is_union) {
  if (!part.has_float) return;
  if (part.mixed_floats || (whole.has_float && whole.float_size != part.float_size))
    whole.mixed_floats = true;
  const std::uint64_t floats = part.float_count * count;
  whole.float_size = part.float_size;
  whole.float_count = is_union ? std::max(whole.float_count, floats) : whole.float_count + floats;
  whole.has_float = true;
}

/// The class's own word on how it is returned, in C++ of DWARF 5.
std::optional<bool> says_by_reference(const Die& die) {
  const Attribute* convention = die.find(at_calling_convention);
  if (!convention || convention->kind != FormClass::constant) return std::nullopt;
  if (convention->value == cc_pass_by_reference) return true;
  if (convention->value == cc_pass_by_value) return false;
  return std::nullopt;
}

}  // namespace

Shape Types::array(const Unit& unit, const Die& die, Cursor& in, int depth) {
  const TypeOf next = type_of(unit, die);
  const auto count = elements(unit, in);
  // GDB's amd64 port takes a vector for an array, which it never is to AAPCS64.
  if (!next.at || !count || *count > 16 || die.find(at_gnu_vector)) return unknown();
  const Shape element = shape(*next.at, depth + 1);
  Shape made = element;
  made.float_count = 0;
  made.has_float = made.mixed_floats = false;
  made.size = element.size * *count;
  made.open_array = element.open_array || *count == 0;
  if (*count != 0) add_floats(made, element, *count, false);
  return made;
}

void Types::add_member(Shape& whole, const Unit& unit, const Die& member, bool is_union, int depth) {
  if (member.find(at_external) || member.find(at_declaration)) return;  // Static.
  const TypeOf type = type_of(unit, member);
  const Attribute* location = member.find(at_data_member_location);
  if (!type.at || (location && location->kind != FormClass::constant) || member.find(at_virtuality)) {
    whole.other = true;  // A virtual base's place is computed.
    return;
  }
  const Shape& part = shape(*type.at, depth + 1);
  const std::uint64_t offset = location ? location->value : 0;
  if (part.other) whole.other = true;
  whole.open_array = whole.open_array || part.open_array;
  if (part.size == 0) return;
  const bool bits = member.find(at_bit_size) != nullptr;
  const std::uint64_t alignment = part.alignment == 0 ? 1 : part.alignment;
  // To amd64 an aggregate with an unaligned member is in memory.
  if (!bits && offset % alignment != 0) whole.other = true;
  whole.alignment = std::max(whole.alignment, alignment);
  whole.has_integer = whole.has_integer || part.has_integer;
  add_floats(whole, part, 1, is_union);
}

bool Types::is_copying(const Unit& unit, const Die& parameter, std::uint64_t class_at) const {
  if (parameter.tag() != tag_formal_parameter || parameter.find(at_artificial)) return false;
  auto next = type_of(unit, parameter).at;
  Die type;
  for (int steps = 0; next && steps < 4; ++steps) {
    if (*next == class_at) return steps > 0;
    if (!info_.read_at(*next, type)) return false;
    next = type_of(*info_.unit_of(*next), type).at;
  }
  return false;
}

Shape Types::aggregate(const Unit& unit, const Die& die, Cursor& in, int depth) {
  if (const Attribute* signature = die.find(at_signature)) {
    const auto type = info_.target(unit, *signature);
    return type ? shape(*type, depth + 1) : unknown();
  }
  const auto size = size_of(die.at, depth);
  if (!size || *size > 16 || die.find(at_declaration)) return unknown();
  const auto by_reference = says_by_reference(die);
  if (by_reference.value_or(false)) return unknown();
  Shape made;
  made.size = *size;
  add_members(made, unit, die, in, !by_reference, depth);
  return made;
}

// `judge`: nothing says whether the class is returned by reference, so its methods have to.
void Types::add_members(Shape& whole, const Unit& unit, const Die& die, Cursor& in, bool judge, int depth) {
  const Attribute* attribute = die.find(at_name);
  const std::string_view name = attribute ? info_.text(unit, *attribute) : std::string_view();
  const bool is_union = die.tag() == tag_union_type;
  Die child;
  info_.read(in, unit, child);
  bool in_constructor = false;
  for (int level = child.abbrev->has_children ? 1 : 0; level > 0 && !whole.other;) {
    info_.read(in, unit, child);
    if (!child.abbrev) {
      --level;
      continue;
    }
    if (level == 1) {
      in_constructor = false;
      if (child.tag() == tag_member || child.tag() == tag_inheritance)
        add_member(whole, unit, child, is_union, depth);
      if (child.tag() == tag_variant_part) whole.other = true;
      if (judge && child.tag() == tag_subprogram) in_constructor = judge_method(whole, unit, child, name);
    } else if (level == 2 && in_constructor && is_copying(unit, child, die.at)) {
      whole.other = true;
    }
    if (child.abbrev->has_children) ++level;
  }
}

// A destructor or a virtual method makes a class one that is returned by reference. True for a
// constructor, whose parameters tell.
bool Types::judge_method(Shape& whole, const Unit& unit, const Die& method,
                         std::string_view class_name) const {
  const Attribute* attribute = method.find(at_name);
  const std::string_view name = attribute ? info_.text(unit, *attribute) : std::string_view();
  if (name.starts_with('~') || method.find(at_virtuality)) whole.other = true;
  return name == class_name && !method.find(at_defaulted);
}

}  // namespace rspbridge::proxy::symbols
