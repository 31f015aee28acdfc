// One program of call frame instructions (DWARF 5, section 6.4.2).
#pragma once

#include "proxy/symbols/bytes.hpp"
#include "proxy/symbols/translate.hpp"

namespace rspbridge::proxy::symbols {

/// Renumbers the registers of the instructions that `in` runs over. `location_size` is the size of an
/// encoded address (DW_CFA_set_loc) in bytes, 0 for a LEB128. Throws Malformed.
void translate_frame_rules(std::string& file, Cursor in, unsigned location_size, Counts& counts);

}  // namespace rspbridge::proxy::symbols
