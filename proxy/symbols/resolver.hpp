// Lazy binding in glibc's dynamic linker, as GDB must know it to step over it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/symbols/elf_file.hpp"

namespace rspbridge::proxy::symbols {

/// A function by its addresses in the file.
struct Function {
  std::uint64_t begin = 0, end = 0;

  bool operator==(const Function&) const = default;
};

/// The functions that a call through a lazily bound PLT entry goes through.
struct Resolver {
  std::vector<Function> entries;  ///< _dl_runtime_resolve: PLTGOT[2] is one of them
  Function fixup;                 ///< _dl_fixup, which each of them calls

  bool operator==(const Resolver&) const = default;
};

/// Finds them in a stripped dynamic linker by their code: a whole function (by .eh_frame_hdr) that takes the
/// link map that PLT[0] left it, calls one other function with it, puts the arguments' registers back and
/// jumps to what that returned. Nothing if `elf` isn't glibc's dynamic linker for ARM64 or x86-64 (by
/// DT_SONAME), or if there is any doubt. The machine in the ELF header doesn't matter. Throws Malformed.
std::optional<Resolver> find_resolver(const ElfFile& elf);

/// `elf` with a symbol table at its end: its dynamic symbols, and the names of the two functions. GDB
/// single-steps all of the dynamic linker unless it knows both (glibc-tdep.c: glibc_skip_solib_resolver);
/// it leaves dynamic symbols out where there are others, so those are there, too. The two are one byte
/// long: every other address has the name that it had. What is loaded, the build-id and .gnu_debuglink are
/// as they were. Nothing if `elf` has symbols already, if find_resolver() finds nothing, or if the file
/// contradicts itself.
std::optional<std::string> with_resolver_names(std::string_view elf);

}  // namespace rspbridge::proxy::symbols
