#include "proxy/symbols/forms.hpp"

#include <array>

#include "proxy/symbols/dwarf_names.hpp"

namespace rspbridge::proxy::symbols {
namespace {

using namespace dwarf;
using enum FormClass;
using E = Encoded;

constexpr std::array<FormRow, 48> forms = {{
    {form_addr, other, E::address},
    {form_block2, block, E::block_fixed, 2},
    {form_block4, block, E::block_fixed, 4},
    {form_data2, constant, E::fixed, 2},
    {form_data4, constant, E::fixed, 4},
    {form_data8, constant, E::fixed, 8},
    {form_string, text, E::text},
    {form_block, block, E::block_uleb},
    {form_block1, block, E::block_fixed, 1},
    {form_data1, constant, E::fixed, 1},
    {form_flag, flag, E::fixed, 1},
    {form_sdata, constant, E::sleb},
    {form_strp, str, E::offset},
    {form_udata, constant, E::uleb},
    {form_ref_addr, global_ref, E::ref_addr},
    {form_ref1, reference, E::fixed, 1},
    {form_ref2, reference, E::fixed, 2},
    {form_ref4, reference, E::fixed, 4},
    {form_ref8, reference, E::fixed, 8},
    {form_ref_udata, reference, E::uleb},
    {form_indirect, other, E::indirect},
    {form_sec_offset, sec_offset, E::offset},
    {form_exprloc, exprloc, E::block_uleb},
    {form_flag_present, flag, E::nothing},
    {form_strx, strx, E::uleb},
    {form_addrx, other, E::uleb},
    {form_ref_sup4, other, E::fixed, 4},
    {form_strp_sup, other, E::offset},
    {form_data16, other, E::fixed, 16},
    {form_line_strp, line_str, E::offset},
    {form_ref_sig8, signature, E::fixed, 8},
    {form_implicit_const, constant, E::nothing},
    {form_loclistx, loclistx, E::uleb},
    {form_rnglistx, other, E::uleb},
    {form_ref_sup8, other, E::fixed, 8},
    {form_strx1, strx, E::fixed, 1},
    {form_strx2, strx, E::fixed, 2},
    {form_strx3, strx, E::fixed, 3},
    {form_strx4, strx, E::fixed, 4},
    {form_addrx1, other, E::fixed, 1},
    {form_addrx2, other, E::fixed, 2},
    {form_addrx3, other, E::fixed, 3},
    {form_addrx4, other, E::fixed, 4},
    {form_gnu_addr_index, other, E::uleb},
    {form_gnu_str_index, other, E::uleb},
    {form_gnu_ref_alt, other, E::offset},
    {form_gnu_strp_alt, other, E::offset},
    {form_llvm_addrx_offset, other, E::addrx_offset},
}};

}  // namespace

const FormRow* find_form(std::uint64_t form) {
  // The standard's own are dense; this is asked for every attribute of the file.
  static const auto by_number = [] {
    std::array<const FormRow*, 0x30> rows{};
    for (const FormRow& row : forms)
      if (row.form != 0 && row.form < rows.size()) rows[row.form] = &row;
    return rows;
  }();
  if (form < by_number.size()) return by_number[form];
  for (const FormRow& row : forms)
    if (row.form == form) return &row;
  return nullptr;
}

}  // namespace rspbridge::proxy::symbols
