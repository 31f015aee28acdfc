#include "proxy/symbols/abbrevs.hpp"

#include <algorithm>

#include "proxy/symbols/dwarf_names.hpp"

namespace rspbridge::proxy::symbols {
namespace {

std::vector<AttributeSpec> read_specs(Cursor& in) {
  std::vector<AttributeSpec> specs;
  for (;;) {
    AttributeSpec spec;
    spec.name_at = in.position();
    spec.name = in.uleb();
    spec.form_at = in.position();
    spec.form = in.uleb();
    spec.constant_at = in.position();
    if (spec.form == dwarf::form_implicit_const) spec.constant = static_cast<std::uint64_t>(in.sleb());
    spec.end = in.position();
    if (spec.name == 0 && spec.form == 0) return specs;
    specs.push_back(spec);
  }
}

}  // namespace

const AttributeSpec* Abbrev::find(std::uint64_t name) const {
  const auto found = std::find_if(attributes.begin(), attributes.end(),
                                  [&](const AttributeSpec& spec) { return spec.name == name; });
  return found == attributes.end() ? nullptr : &*found;
}

AbbrevTable::AbbrevTable(Cursor& in, Budget& budget) {
  extent_.begin = in.position();
  for (;;) {
    const std::uint64_t begin = in.position();
    Abbrev row;
    row.code = in.uleb();
    if (row.code == 0) break;
    row.tag = in.uleb();
    row.has_children = in.u8() != 0;
    row.attributes = read_specs(in);
    budget.spend(in.position() - begin);
    // The first of several with one code counts, as it does for GDB.
    if (row.code != rows_.size() + 1 || !by_code_.empty()) by_code_.emplace(row.code, rows_.size());
    rows_.push_back(std::move(row));
  }
  extent_.end = in.position();
}

const Abbrev* AbbrevTable::find(std::uint64_t code) const {
  if (code != 0 && code <= rows_.size() && rows_[code - 1].code == code) return &rows_[code - 1];
  const auto found = by_code_.find(code);
  return found == by_code_.end() ? nullptr : &rows_[found->second];
}

void AbbrevTable::mark_shared() {
  for (Abbrev& row : rows_) row.shared_bytes = true;
}

AbbrevTables::AbbrevTables(const ElfFile& elf, const Section* section, Budget& budget)
    : elf_(elf), section_(section), budget_(budget) {}

const AbbrevTable& AbbrevTables::at(std::uint64_t offset) {
  if (const auto known = tables_.find(offset); known != tables_.end()) return known->second;
  if (!section_) throw Malformed("there is .debug_info, but no .debug_abbrev");
  Cursor in = elf_.cursor(*section_);
  in.skip(offset);
  return tables_.emplace(offset, AbbrevTable(in, budget_)).first->second;
}

void AbbrevTables::find_shared() {
  AbbrevTable* last = nullptr;  // The one that reaches furthest.
  for (auto& [offset, table] : tables_) {
    if (last && table.extent().begin < last->extent().end) {
      table.mark_shared();
      last->mark_shared();
    }
    if (!last || table.extent().end > last->extent().end) last = &table;
  }
}

}  // namespace rspbridge::proxy::symbols
