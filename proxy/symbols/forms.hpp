// How the value of each form is encoded (DWARF 5, section 7.5.5 and 7.5.6; GNU's and LLVM's forms).
#pragma once

#include <cstdint>

#include "proxy/symbols/debug_info.hpp"

namespace rspbridge::proxy::symbols {

enum class Encoded : std::uint8_t {
  nothing,
  fixed,
  address,
  offset,
  ref_addr,
  uleb,
  sleb,
  text,
  block_fixed,
  block_uleb,
  indirect,
  addrx_offset
};

struct FormRow {
  std::uint16_t form;
  FormClass kind;
  Encoded encoded;
  std::uint8_t width = 0;  ///< bytes, where `encoded` is fixed or block_fixed
};

/// Null for an unknown form.
const FormRow* find_form(std::uint64_t form);

}  // namespace rspbridge::proxy::symbols
