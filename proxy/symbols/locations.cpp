#include "proxy/symbols/locations.hpp"

#include <algorithm>
#include <array>

#include "proxy/symbols/dwarf_names.hpp"
#include "proxy/symbols/registers.hpp"

namespace rspbridge::proxy::symbols {
namespace {

using namespace dwarf;

// Attributes whose blocks are expressions; in DWARF 4 and 5 DW_FORM_exprloc says so by itself.
constexpr std::array expression_attributes = {at_location,
                                              at_byte_size,
                                              at_bit_size,
                                              at_string_length,
                                              at_lower_bound,
                                              at_return_addr,
                                              at_upper_bound,
                                              at_count,
                                              at_data_member_location,
                                              at_frame_base,
                                              at_segment,
                                              at_static_link,
                                              at_use_location,
                                              at_vtable_elem_location,
                                              at_allocated,
                                              at_associated,
                                              at_data_location,
                                              at_byte_stride,
                                              at_call_value,
                                              at_call_data_location,
                                              at_call_data_value,
                                              at_call_target,
                                              at_call_target_clobbered,
                                              at_gnu_call_site_value,
                                              at_gnu_call_site_data_value,
                                              at_gnu_call_site_target,
                                              at_gnu_call_site_target_clobbered};

// Attributes that may be a location list (class loclist; loclistptr in DWARF 4).
constexpr std::array list_attributes = {
    at_location, at_string_length, at_return_addr,  at_data_member_location, at_frame_base,
    at_segment,  at_static_link,   at_use_location, at_vtable_elem_location};

template <std::size_t N>
bool is_among(const std::array<At, N>& names, std::uint64_t name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_expression(const Attribute& attribute) {
  if (attribute.kind == FormClass::exprloc) return true;
  return attribute.kind == FormClass::block && is_among(expression_attributes, attribute.name);
}

bool is_list(const Unit& unit, const Attribute& attribute) {
  const bool pointer = attribute.kind == FormClass::sec_offset || attribute.kind == FormClass::loclistx ||
                       (unit.version < 4 && (attribute.form == form_data4 || attribute.form == form_data8));
  // In DWARF 3 a number here may be the plain offset of a member; GDB takes it for one, too.
  if (attribute.kind == FormClass::constant && attribute.name == at_data_member_location) return false;
  return pointer && is_among(list_attributes, attribute.name);
}

Located located(const Attribute& attribute) {
  const bool uleb = attribute.form == form_exprloc || attribute.form == form_block;
  return {attribute.at, {attribute.block, attribute.end}, uleb};
}

std::uint64_t uleb_width(std::uint64_t value) {
  std::uint64_t width = 1;
  while (value >>= 7) ++width;
  return width;
}

constexpr std::uint8_t op_piece = 0x93, op_nop = 0x96;

}  // namespace

void lose(std::string& file, const Located& located, std::optional<std::uint64_t> size) {
  const auto [begin, end] = located.body;
  if (begin == end) return;
  if (located.uleb_length && end - located.length_at <= 9)
    return put_uleb(file, located.length_at, end - located.length_at, 0);
  const std::uint64_t width = size ? uleb_width(*size) : 0;
  if (!size || *size == 0 || end - begin < 1 + width) return put_uint(file, begin, 1, invalid_opcode);
  for (std::uint64_t at = begin; at < end; ++at) put_uint(file, at, 1, op_nop);
  put_uint(file, end - width - 1, 1, op_piece);
  put_uleb(file, end - width, width, *size);
}

Locations::Locations(ElfFile& elf, const DebugInfo& info, Types& types, Counts& counts)
    : elf_(elf),
      info_(info),
      types_(types),
      counts_(counts),
      loc_(elf.find(".debug_loc")),
      loclists_(elf.find(".debug_loclists")) {}

ExpressionContext Locations::context(const Unit& unit, const Die& die, const Attribute& attribute) {
  ExpressionContext made;
  made.address_size = unit.address_size;
  made.offset_size = unit.offset_size;
  made.version = unit.version;
  made.type_size = [this, &unit](std::uint64_t offset) -> std::optional<std::uint64_t> {
    if (offset > unit.end - unit.begin) return std::nullopt;
    return types_.byte_size(unit.begin + offset);
  };
  const bool names_register =
      die.tag() == tag_call_site_parameter || die.tag() == tag_gnu_call_site_parameter;
  if (attribute.name == at_location && !names_register)
    made.value_size = [this, &unit, &die]() -> std::optional<std::uint64_t> {
      const TypeOf type = types_.type_of(unit, die);
      return type.at ? types_.byte_size(*type.at) : std::nullopt;
    };
  return made;
}

Outcome Locations::in_entry(const Unit& unit, const Die& die, const Attribute& attribute) {
  const ExpressionContext meaning = context(unit, die, attribute);
  const Located where = located(attribute);
  info_.budget().spend(where.body.size());
  const Outcome outcome =
      translate_expression(elf_.bytes, where.body, ".debug_info expression", meaning, counts_);
  if (outcome == Outcome::lost) {
    lose(elf_.bytes, where, meaning.value_size ? meaning.value_size() : std::nullopt);
    ++counts_.lost_locations;
  }
  return outcome;
}

void Locations::translate(Unit& unit, const Die& die) {
  bool lost = false;
  for (const Attribute& attribute : die.attributes) {
    if (is_expression(attribute) && in_entry(unit, die, attribute) == Outcome::lost) lost = true;
    if (!is_list(unit, attribute)) continue;
    list(unit, die, attribute);
    if (attribute.name == at_location) unit.has_location_list = true;
  }
  // A parameter whose value is lost: GDB is to find no such parameter, rather than one that it can't
  // evaluate.
  if (!lost || (die.tag() != tag_call_site_parameter && die.tag() != tag_gnu_call_site_parameter)) return;
  if (const Attribute* place = die.find(at_location); place && is_expression(*place))
    lose(elf_.bytes, located(*place), std::nullopt);
}

void Locations::list(const Unit& unit, const Die& die, const Attribute& attribute) {
  const Section* section = unit.version < 5 ? loc_ : loclists_;
  // Without the section GDB finds no location, either; a separate debug file may lack it on purpose.
  if (!section) return;
  Cursor in = elf_.cursor(*section);
  std::uint64_t offset = attribute.value;
  if (attribute.kind == FormClass::loclistx) {
    if (attribute.value > section->extent.size()) in.fail("a list's index is out of range");
    in.skip(unit.loclists_base);
    in.skip(attribute.value * unit.offset_size);
    offset = unit.loclists_base + in.uint(unit.offset_size);
  }
  in.seek(section->extent.begin);
  in.skip(offset);
  const ExpressionContext meaning = context(unit, die, attribute);
  unit.version < 5 ? list_4(in, meaning) : list_5(in, meaning);
}

void Locations::list_4(Cursor& in, const ExpressionContext& context) {
  while (first_visit(in)) {
    const std::uint64_t begin_at = in.position();
    const std::uint64_t begin = in.uint(context.address_size), end_at = in.position();
    const std::uint64_t end = in.uint(context.address_size);
    if (begin == 0 && end == 0) return;
    if (begin == ~std::uint64_t{0}) continue;  // A base address.
    Cursor body = in.take(in.uint(2));
    const Extent extent{body.position(), body.end()};
    info_.budget().spend(16 + extent.size());
    if (translate_expression(elf_.bytes, extent, in.name(), context, counts_) == Outcome::whole) continue;
    // An empty range: from its end to its end, since GDB takes one at a function's entry for valid there.
    put_uint(elf_.bytes, begin_at, static_cast<unsigned>(end_at - begin_at), end);
    for (std::uint64_t at = extent.begin; at < extent.end; ++at) put_uint(elf_.bytes, at, 1, op_nop);
    ++counts_.lost_locations;
  }
}

void Locations::list_5(Cursor& in, const ExpressionContext& context) {
  while (first_visit(in)) {
    const std::uint8_t kind = in.u8();
    if (kind == 0) return;
    if (!list_5_entry(in, kind)) continue;
    const std::uint64_t length_at = in.position();
    Cursor body = in.take(in.uleb());
    const Extent extent{body.position(), body.end()};
    info_.budget().spend(4 + extent.size());
    if (translate_expression(elf_.bytes, extent, in.name(), context, counts_) == Outcome::whole) continue;
    lose(elf_.bytes, {length_at, extent, true}, context.value_size ? context.value_size() : std::nullopt);
    ++counts_.lost_locations;
  }
}

// The operands of a DW_LLE; whether an expression follows.
bool Locations::list_5_entry(Cursor& in, std::uint8_t kind) {
  switch (kind) {
    case 0x01:
      in.uleb();
      return false;  // base_addressx
    case 0x06:
      in.skip(8);
      return false;  // base_address
    case 0x09:
      in.uleb();
      in.uleb();
      return false;  // GNU_view_pair
    case 0x02:       // startx_endx
    case 0x03:       // startx_length
    case 0x04:
      in.uleb();
      in.uleb();
      return true;  // offset_pair
    case 0x05:
      return true;  // default_location
    case 0x07:
      in.skip(16);
      return true;  // start_end
    case 0x08:
      in.skip(8);
      in.uleb();
      return true;  // start_length
    default:
      in.fail("an unknown kind of location list entry");
  }
}

}  // namespace rspbridge::proxy::symbols
