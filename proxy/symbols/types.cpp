#include "proxy/symbols/types.hpp"

#include "proxy/symbols/dwarf_names.hpp"

namespace rspbridge::proxy::symbols {
namespace {

using namespace dwarf;

// Deeper ones are taken for unknown: a cycle of typedefs in a hostile file, mostly.
constexpr int deepest = 48;

bool only_qualifies(std::uint64_t tag) {
  return tag == tag_typedef || tag == tag_const_type || tag == tag_volatile_type ||
         tag == tag_restrict_type || tag == tag_atomic_type;
}

bool is_address(std::uint64_t tag) {
  return tag == tag_pointer_type || tag == tag_reference_type || tag == tag_rvalue_reference_type;
}

std::optional<std::uint64_t> constant(const Die& die, std::uint64_t name) {
  const Attribute* attribute = die.find(name);
  if (!attribute || attribute->kind != FormClass::constant) return std::nullopt;
  return attribute->value;
}

}  // namespace

std::optional<std::uint64_t> Types::origin(const Unit& unit, const Die& die) const {
  for (const std::uint64_t name : {at_abstract_origin, at_specification})
    if (const Attribute* attribute = die.find(name)) return info_.target(unit, *attribute);
  return std::nullopt;
}

TypeOf Types::type_of(const Unit& unit, const Die& die) const {
  if (const Attribute* type = die.find(at_type)) return {true, info_.target(unit, *type)};
  const Unit* where = &unit;
  Die other;
  auto next = origin(unit, die);
  // An instance of a declaration of a member: two steps. Where the chain leaves the file all is possible.
  if (!next && (die.find(at_abstract_origin) || die.find(at_specification))) return {true, std::nullopt};
  for (int steps = 0; next && steps < 8; ++steps) {
    if (!info_.read_at(*next, other)) return {true, std::nullopt};
    where = info_.unit_of(*next);
    if (const Attribute* type = other.find(at_type)) return {true, info_.target(*where, *type)};
    next = origin(*where, other);
  }
  return {next.has_value(), std::nullopt};
}

std::optional<std::uint64_t> Types::byte_size(std::uint64_t type_at) {
  return size_of(type_at, 0);
}

std::optional<std::uint64_t> Types::size_of(std::uint64_t type_at, int depth) {
  if (const auto known = sizes_.find(type_at); known != sizes_.end()) return known->second;
  std::optional<std::uint64_t> size;
  Die die;
  if (depth < deepest && info_.read_at(type_at, die)) {
    const Unit& unit = *info_.unit_of(type_at);
    const TypeOf next = type_of(unit, die);
    const Attribute* signature = die.find(at_signature);
    size = constant(die, at_byte_size);
    if (!size && is_address(die.tag())) {
      size = unit.address_size;
    } else if (!size && signature) {
      if (const auto type = info_.target(unit, *signature)) size = size_of(*type, depth + 1);
    } else if (!size && next.at && die.tag() == tag_array_type) {
      Cursor in = info_.entries(unit);
      in.seek(type_at);
      const auto element = size_of(*next.at, depth + 1);
      const auto count = elements(unit, in);
      if (element && count && *element <= 1u << 20 && *count <= 1u << 30) size = *element * *count;
    } else if (!size && next.at && (only_qualifies(die.tag()) || die.tag() == tag_enumeration_type)) {
      size = size_of(*next.at, depth + 1);
    }
  }
  sizes_.emplace(type_at, size);
  return size;
}

// The product of the dimensions of the array that `in` stands before; 0 for an open one.
std::optional<std::uint64_t> Types::elements(const Unit& unit, Cursor& in) const {
  Die die;
  info_.read(in, unit, die);
  if (!die.abbrev->has_children) return std::nullopt;
  std::uint64_t product = 1;
  for (info_.read(in, unit, die); die.abbrev; info_.read(in, unit, die)) {
    if (die.tag() != tag_subrange_type || die.abbrev->has_children) return std::nullopt;
    std::uint64_t count = 0;
    if (const Attribute* attribute = die.find(at_count)) {
      if (attribute->kind != FormClass::constant) return std::nullopt;
      count = attribute->value;
    } else if (const Attribute* upper = die.find(at_upper_bound)) {
      if (upper->kind != FormClass::constant) return std::nullopt;
      count = upper->value + 1 - constant(die, at_lower_bound).value_or(0);
    }
    if (count > 1u << 30) return std::nullopt;
    product *= count;
    if (product > 1u << 30) return std::nullopt;
  }
  return product;
}

const Shape& Types::shape(std::uint64_t type_at, int depth) {
  if (const auto known = shapes_.find(type_at); known != shapes_.end()) return known->second;
  Shape made;
  made.other = true;
  shapes_.emplace(type_at, made);  // What a type that contains itself finds.
  if (depth < deepest) made = make_shape(type_at, depth);
  return shapes_.at(type_at) = made;
}

bool Types::returned_alike(std::uint64_t type_at) {
  const Shape& whole = shape(type_at, 0);
  if (whole.other || whole.size > 16) return false;
  if (!whole.has_float) return true;
  // amd64 packs an eightbyte's floats into one register, and AAPCS64 passes what isn't homogeneous in x0 and
  // x1.
  if (whole.has_integer || whole.open_array || whole.mixed_floats ||
      whole.float_size * whole.float_count != whole.size)
    return false;
  return whole.float_count == 1 || (whole.float_count == 2 && whole.float_size == 8);
}

bool Types::is_aggregate(std::uint64_t type_at) const {
  Die die;
  for (int steps = 0; steps < deepest && info_.read_at(type_at, die); ++steps) {
    const std::uint64_t tag = die.tag();
    if (!only_qualifies(tag))
      return tag != tag_base_type && tag != tag_enumeration_type && tag != tag_unspecified_type &&
             !is_address(tag);
    const TypeOf next = type_of(*info_.unit_of(type_at), die);
    if (!next.has_type) return false;
    if (!next.at) return true;
    type_at = *next.at;
  }
  return true;
}

Shape Types::make_shape(std::uint64_t type_at, int depth) {
  Shape made;
  Die die;
  made.other = true;
  if (!info_.read_at(type_at, die)) return made;
  const Unit& unit = *info_.unit_of(type_at);
  const std::uint64_t tag = die.tag();
  Cursor in = info_.entries(unit);
  in.seek(type_at);
  if (only_qualifies(tag)) {
    const TypeOf next = type_of(unit, die);
    return next.at ? shape(*next.at, depth + 1) : made;
  }
  if (tag == tag_array_type) return array(unit, die, in, depth);
  if (tag == tag_structure_type || tag == tag_class_type || tag == tag_union_type)
    return aggregate(unit, die, in, depth);
  made.size = size_of(type_at, depth).value_or(0);
  made.alignment = made.size;
  if (tag == tag_unspecified_type) {  // decltype(nullptr); GDB shows no value.
    made.other = false;
  } else if (is_address(tag) || tag == tag_enumeration_type) {
    made.has_integer = true;
  } else if (tag == tag_base_type) {
    const std::uint64_t encoding = constant(die, at_encoding).value_or(0);
    const bool complex = encoding == ate_complex_float;
    made.has_float = complex || encoding == ate_float;
    made.float_count = complex ? 2 : 1;
    made.float_size = made.size / made.float_count;
    made.has_integer = encoding == ate_address || encoding == ate_boolean ||
                       (encoding >= ate_signed && encoding <= ate_unsigned_char) ||
                       (encoding >= ate_utf && encoding <= ate_ascii);
    if (complex) made.alignment = made.float_size;
  }
  const std::uint64_t unit_size = made.has_float ? made.float_size : made.size;
  // GDB's amd64 port knows no class for integers of 16 bytes, and takes floats of 16 for x87's.
  const bool plain = unit_size == 1 || unit_size == 2 || unit_size == 4 || unit_size == 8;
  if ((made.has_float || made.has_integer) && plain) made.other = false;
  return made;
}

}  // namespace rspbridge::proxy::symbols
