// ARM64 instructions as text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rspbridge::proxy::triage {

/// Every A64 instruction has this many bytes, at a multiple of it (Arm ARM, C1.1).
inline constexpr std::uint64_t instruction_bytes = 4;

struct Instruction {
  std::uint64_t address = 0;
  std::uint32_t word = 0;  ///< the encoding, as a number
  std::string text;        ///< mnemonic, TAB, operands; spelled as GDB does, without comments

  bool operator==(const Instruction&) const = default;
};

/// The instructions in `bytes` (little endian, as A64 always is), one for every 4 bytes; what is left over
/// at the end is none. `address` is that of the first. A word that is no instruction, or that the library
/// doesn't know, becomes ".inst", TAB, "0x…… ; undefined". Addresses in operands are bare (`bl 0x4005d4`),
/// immediates have a `#`. Throws std::bad_alloc only.
std::vector<Instruction> disassemble(std::string_view bytes, std::uint64_t address);

/// Whether the library knows instructions of Armv8.1 and later: version 5 of it does, version 4 not.
bool knows_newer_instructions();

}  // namespace rspbridge::proxy::triage
