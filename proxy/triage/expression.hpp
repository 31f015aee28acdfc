// DWARF expressions (DWARF 5, 2.5 and 2.6), evaluated for a frame.
#pragma once

#include <elfutils/libdw.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "proxy/triage/stopped.hpp"

namespace rspbridge::proxy::triage {

/// What an expression may refer to.
struct ExpressionContext {
  const Registers& registers;
  Memory& memory;
  std::optional<std::uint64_t> cfa = {};  ///< DW_OP_call_frame_cfa
  std::uint64_t bias = 0;                 ///< added to the addresses of DW_OP_addr
  /// DW_OP_fbreg's base; may be empty.
  std::function<std::optional<std::uint64_t>()> frame_base = {};
};

/// Where something is, or what it is.
struct Location {
  enum class Kind : std::uint8_t { address, reg, value };
  Kind kind = Kind::address;
  std::uint64_t number = 0;  ///< an address, a DWARF register number, or a value
};

/// Nothing if a register or memory that it needs isn't known, or for what isn't evaluated here: composite
/// locations, entry values, typed operations, calls.
std::optional<Location> evaluate(std::span<const Dwarf_Op> operations, const ExpressionContext& context);

/// Eight bytes of memory.
std::optional<std::uint64_t> read_word(Memory& memory, std::uint64_t address);

}  // namespace rspbridge::proxy::triage
