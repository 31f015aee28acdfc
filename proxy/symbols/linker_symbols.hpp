// The two symbols of a dynamic linker that GDB needs for stepping into a function that isn't bound yet.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rspbridge::proxy::symbols {

/// Where glibc's lazy binding begins, and the function that it calls to find the symbol.
struct LazyBinding {
  std::uint64_t resolve = 0, fixup = 0;  ///< addresses as in the file

  bool operator==(const LazyBinding&) const = default;
};

/// Finds both in an AArch64 dynamic linker by what _dl_runtime_resolve does (glibc, sysdeps/aarch64/dl-
/// trampoline.S): it saves x8 and x9 first, loads the link map from below the GOT's slot, calls, moves the
/// result to x16 and jumps there. The file may have been translated for an x86-64 GDB. Nothing unless exactly
/// one place does that, or if the file has a symbol table.
std::optional<LazyBinding> find_lazy_binding(std::string_view elf);

/// A separate debug file for that dynamic linker: its build-id, and _dl_runtime_resolve and _dl_fixup, which
/// GDB looks up (glibc-tdep.c, glibc_skip_solib_resolver) so as not to step through them one instruction at a
/// time. They are as long as one instruction: any other is as nameless as before. Nothing if they aren't
/// found, or if the file has no build-id.
std::optional<std::string> linker_symbols(std::string_view elf);

}  // namespace rspbridge::proxy::symbols
