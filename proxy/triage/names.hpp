// Names of functions as people know them.
#pragma once

#include <elfutils/libdw.h>

#include <string>
#include <string_view>

namespace rspbridge::proxy::triage {

/// Demangled (C++, and Rust's older mangling without its hash), without parameters, return type and what the
/// optimiser appended (".constprop.0"). A name that isn't mangled is only rid of the latter.
std::string function_name(const std::string& linkage_name);

/// A function's name with its namespaces and classes, as DWARF tells them. Empty if it has none.
std::string function_name(Dwarf_Die* function);

/// DW_AT_linkage_name; empty if there is none.
std::string linkage_name(Dwarf_Die* function);

/// DW_AT_name, of what the DIE refers to, too. Empty if there is none.
std::string die_name(Dwarf_Die* die);

}  // namespace rspbridge::proxy::triage
