// Values of simple types, printed as GDB does.
#pragma once

#include <elfutils/libdw.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/triage/stopped.hpp"

namespace rspbridge::proxy::triage {

/// A type as C has it: "const char *". "?" for what isn't known here.
std::string type_name(Dwarf_Die type);

/// The size in bytes of a value that print_value() can print: of base types, enumerations, pointers and
/// references; nothing for others.
std::optional<std::size_t> printable_size(Dwarf_Die type);

/// `bytes` is the value. Of a pointer to characters the string follows, as far as it can be read.
std::optional<std::string> print_value(Dwarf_Die type, const std::string& bytes, Memory& memory);

}  // namespace rspbridge::proxy::triage
