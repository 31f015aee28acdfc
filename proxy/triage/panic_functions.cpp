#include "proxy/triage/panic_functions.hpp"

namespace rspbridge::proxy::triage {
namespace {

constexpr std::size_t most_places = 4;  // ARMv8-A has two breakpoints at least, most processors six

constexpr PanicFunction functions[] = {
    // Go (runtime/panic.go): exits with 2, or by SIGABRT where GOTRACEBACK is "crash".
    {.symbol = "runtime.fatalpanic", .exit_code = 2, .ends_by_signals = true},
    {.symbol = "runtime.fatalthrow", .exit_code = 2, .ends_by_signals = true},
    // Rust (library/std/src/panicking.rs), which names it as the place for a breakpoint. Then the stack is
    // unwound; that of the main thread ends the program with 101.
    {.symbol = "rust_panic", .exit_code = 101, .may_return = true},
    // Sanitizers (sanitizer_common/sanitizer_termination.cpp), before abort_on_error counts.
    {.symbol = "_ZN11__sanitizer3DieEv"},
};

}  // namespace

std::vector<PanicPlace> panic_places(const Symbols& symbols) {
  std::vector<PanicPlace> found;
  for (const PanicFunction& function : functions) {
    const auto address = symbols.address(function.symbol);
    if (address && found.size() < most_places) found.push_back({*address, &function});
  }
  return found;
}

}  // namespace rspbridge::proxy::triage
