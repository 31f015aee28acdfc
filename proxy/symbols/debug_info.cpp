#include "proxy/symbols/debug_info.hpp"

#include <algorithm>

#include "proxy/symbols/dwarf_names.hpp"
#include "proxy/symbols/forms.hpp"

namespace rspbridge::proxy::symbols {
namespace {

constexpr const char* split_dwarf =
    "its debug information is in .dwo files (-gsplit-dwarf), which aren't translated";

}  // namespace

const Attribute* Die::find(std::uint64_t name) const {
  for (const Attribute& attribute : attributes)
    if (attribute.name == name) return &attribute;
  return nullptr;
}

DebugInfo::DebugInfo(const ElfFile& elf, Budget& budget)
    : elf_(elf),
      budget_(budget),
      abbrevs_(elf, elf.find(".debug_abbrev"), budget),
      info_(elf.find(".debug_info")),
      str_(elf.find(".debug_str")),
      line_str_(elf.find(".debug_line_str")),
      str_offsets_(elf.find(".debug_str_offsets")) {
  for (const char* name : {".debug_info", ".debug_types"})
    if (const Section* section = elf.find(name)) read_units(*section);
  std::sort(units_.begin(), units_.end(), [](const Unit& a, const Unit& b) { return a.begin < b.begin; });
  abbrevs_.find_shared();
  for (Unit& unit : units_) read_root(unit);
}

void DebugInfo::read_units(const Section& section) {
  Cursor in = elf_.cursor(section);
  while (!in.done()) {
    Unit unit;
    unit.begin = in.position();
    std::uint64_t length = in.uint(4);
    if (length == 0xffffffff) {
      unit.offset_size = 8;
      length = in.uint(8);
    } else if (length >= 0xfffffff0) {
      in.fail("a unit's length is a reserved value");
    }
    if (length == 0) continue;  // Padding, which GDB skips, too.
    Cursor body = in.take(length);
    unit.end = body.end();
    read_header(body, unit, section.name == ".debug_types");
    units_.push_back(unit);
  }
}

void DebugInfo::read_header(Cursor& in, Unit& unit, bool in_types) {
  using namespace dwarf;
  unit.version = static_cast<unsigned>(in.uint(2));
  if (unit.version < 2 || unit.version > 5)
    throw Unsupported("a unit of DWARF " + std::to_string(unit.version) + ", which isn't translated");
  unit.type = in_types ? ut_type : ut_compile;
  if (unit.version == 5) {
    unit.type = in.u8();
    unit.address_size = in.u8();
  }
  const std::uint64_t abbrevs = in.uint(unit.offset_size);
  if (unit.version < 5) unit.address_size = in.u8();
  if (unit.address_size != 8) in.fail("a unit's addresses aren't of 8 bytes");
  if (unit.type == ut_type) {
    const std::uint64_t signature = in.uint(8);
    types_by_signature_.emplace(signature, unit.begin + in.uint(unit.offset_size));
  } else if (unit.type != ut_compile && unit.type != ut_partial) {
    if (unit.type >= ut_skeleton && unit.type <= ut_split_type) throw Unsupported(split_dwarf);
    in.fail("an unknown type of unit");
  }
  unit.first_die = in.position();
  unit.str_offsets_base = unit.offset_size == 8 ? 16 : 8;
  unit.loclists_base = unit.offset_size == 8 ? 20 : 12;
  unit.abbrevs = &abbrevs_.at(abbrevs);
}

void DebugInfo::read_root(Unit& unit) {
  Cursor in = entries(unit);
  if (in.done()) return;
  Die root;
  read(in, unit, root);
  for (const Attribute& attribute : root.attributes) switch (attribute.name) {
      case dwarf::at_language:
        unit.language = attribute.value;
        break;
      case dwarf::at_str_offsets_base:
        unit.str_offsets_base = attribute.value;
        break;
      case dwarf::at_loclists_base:
        unit.loclists_base = attribute.value;
        break;
      case dwarf::at_dwo_name:
      case dwarf::at_gnu_dwo_name:
        throw Unsupported(split_dwarf);
      default:
        break;
    }
}

const Unit* DebugInfo::unit_of(std::uint64_t at) const {
  auto after = std::upper_bound(units_.begin(), units_.end(), at,
                                [](std::uint64_t offset, const Unit& unit) { return offset < unit.begin; });
  if (after == units_.begin()) return nullptr;
  const Unit& unit = *std::prev(after);
  return at >= unit.first_die && at < unit.end ? &unit : nullptr;
}

Cursor DebugInfo::entries(const Unit& unit) const {
  Cursor in(elf_.bytes, {unit.begin, unit.end},
            unit.version < 5 && unit.type == dwarf::ut_type ? ".debug_types unit" : ".debug_info unit");
  in.seek(unit.first_die);
  return in;
}

void DebugInfo::read(Cursor& in, const Unit& unit, Die& die) const {
  die.at = in.position();
  die.attributes.clear();
  const std::uint64_t code = in.uleb();
  die.abbrev = nullptr;
  if (code == 0) return;
  die.abbrev = unit.abbrevs->find(code);
  if (!die.abbrev) in.fail("an entry has an unknown abbreviation");
  for (const AttributeSpec& spec : die.abbrev->attributes) {
    Attribute& attribute = die.attributes.emplace_back();
    attribute.name = spec.name;
    attribute.value = spec.constant;
    read_value(in, unit, spec.form, attribute);
  }
  budget_.spend(1 + die.attributes.size());
}

bool DebugInfo::read_at(std::uint64_t at, Die& die) const {
  const Unit* unit = unit_of(at);
  if (!unit) return false;
  Cursor in = entries(*unit);
  in.seek(at);
  read(in, *unit, die);
  return die.abbrev != nullptr;
}

void DebugInfo::read_value(Cursor& in, const Unit& unit, std::uint64_t form, Attribute& attribute) const {
  const FormRow* row = find_form(form);
  if (!row) in.fail("an attribute has an unknown form");
  attribute.form = form;
  attribute.kind = row->kind;
  attribute.at = in.position();
  switch (row->encoded) {
    case Encoded::nothing:
      if (form == dwarf::form_flag_present) attribute.value = 1;
      break;
    case Encoded::fixed:
      if (row->width == 16)
        in.skip(16);
      else
        attribute.value = in.uint(row->width);
      break;
    case Encoded::address:
      in.skip(unit.address_size);
      break;
    case Encoded::offset:
      attribute.value = in.uint(unit.offset_size);
      break;
    case Encoded::ref_addr:
      attribute.value = in.uint(unit.version == 2 ? unit.address_size : unit.offset_size);
      break;
    case Encoded::uleb:
      attribute.value = in.uleb();
      break;
    case Encoded::sleb:
      attribute.value = static_cast<std::uint64_t>(in.sleb());
      break;
    case Encoded::text:
      in.text();
      break;
    case Encoded::block_fixed:
    case Encoded::block_uleb:
      attribute.value = row->encoded == Encoded::block_uleb ? in.uleb() : in.uint(row->width);
      attribute.block = in.position();
      in.skip(attribute.value);
      break;
    case Encoded::indirect: {
      const std::uint64_t actual = in.uleb();
      if (actual == dwarf::form_indirect || actual == dwarf::form_implicit_const)
        in.fail("an indirect form is indirect again");
      read_value(in, unit, actual, attribute);
      break;
    }
    case Encoded::addrx_offset:
      in.uleb();
      in.skip(4);
      break;
  }
  attribute.end = in.position();
}

std::optional<std::uint64_t> DebugInfo::target(const Unit& unit, const Attribute& reference) const {
  std::uint64_t begin = unit.begin;
  if (reference.kind == FormClass::signature) {
    const auto type = types_by_signature_.find(reference.value);
    if (type == types_by_signature_.end()) return std::nullopt;
    return type->second;
  }
  if (reference.kind == FormClass::global_ref && info_)
    begin = info_->extent.begin;
  else if (reference.kind != FormClass::reference)
    return std::nullopt;
  if (reference.value > elf_.bytes.size()) return std::nullopt;
  return begin + reference.value;
}

std::optional<DebugInfo::StringSlot> DebugInfo::string_slot(const Unit& unit,
                                                            const Attribute& attribute) const {
  const auto width = static_cast<unsigned>(attribute.end - attribute.at);
  if (attribute.kind == FormClass::str && str_) return StringSlot{str_, attribute.value, attribute.at, width};
  if (attribute.kind == FormClass::line_str && line_str_)
    return StringSlot{line_str_, attribute.value, attribute.at, width};
  if (attribute.kind != FormClass::strx || !str_ || !str_offsets_) return std::nullopt;
  const std::uint64_t size = str_offsets_->extent.size();
  if (attribute.value > size / unit.offset_size || unit.str_offsets_base > size) return std::nullopt;
  const std::uint64_t offset = unit.str_offsets_base + attribute.value * unit.offset_size;
  if (offset > size || size - offset < unit.offset_size) return std::nullopt;
  Cursor in = elf_.cursor(*str_offsets_);
  in.skip(offset);
  const std::uint64_t slot = in.position();
  return StringSlot{str_, in.uint(unit.offset_size), slot, unit.offset_size};
}

std::string_view DebugInfo::text(const Unit& unit, const Attribute& attribute) const {
  Extent extent{attribute.at, attribute.end};
  if (attribute.kind != FormClass::text) {
    const auto slot = string_slot(unit, attribute);
    if (!slot || slot->offset >= slot->section->extent.size()) return {};
    extent = {slot->section->extent.begin + slot->offset, slot->section->extent.end};
  }
  const auto rest = std::string_view(elf_.bytes).substr(extent.begin, extent.size());
  const auto length = rest.find('\0');
  budget_.spend(std::min(length, rest.size()));
  return length == std::string_view::npos ? std::string_view() : rest.substr(0, length);
}

}  // namespace rspbridge::proxy::symbols
