// Where programs end by themselves, without a signal.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "proxy/triage/symbols.hpp"

namespace rspbridge::proxy::triage {

/// A function by which a runtime ends a program, as long as the stack that led there is whole.
struct PanicFunction {
  std::string_view symbol;       ///< in the ELF symbol table
  std::optional<int> exit_code;  ///< which the program then ends with; nothing: any but 0
  bool may_return = false;       ///< the program may catch the panic and go on
  bool ends_by_signals = false;  ///< whatever signal comes later is the runtime's way to end
};

struct PanicPlace {
  std::uint64_t address = 0;
  const PanicFunction* function = nullptr;  ///< in static storage
};

/// The places of the panic functions that the symbol tables have; at most as many as processors have
/// breakpoints in hardware to spare.
std::vector<PanicPlace> panic_places(const Symbols& symbols);

}  // namespace rspbridge::proxy::triage
