// What the instruction at pc does, with its operands' values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proxy/triage/stopped.hpp"

namespace rspbridge::proxy::triage {

enum class Access : std::uint8_t { none, read, write, read_write, execute };
/// "read", "write", "read-write", "execute"; empty for none.
std::string_view to_string(Access access);

/// What kind of branch an instruction is.
enum class Branch : std::uint8_t { none, jump, call, ret };

struct Operand {
  std::string text;
  std::optional<std::uint64_t> value;    ///< of a register or an immediate
  std::optional<std::uint64_t> address;  ///< of memory
  Access access = Access::none;          ///< to that memory
};

struct Faulting {
  std::string text, mnemonic;
  std::uint32_t word = 0;
  std::vector<Operand> operands;
  Access access = Access::none;  ///< to memory
  Branch branch = Branch::none;
  bool authenticates = false;            ///< a pointer (FEAT_PAuth)
  std::optional<std::uint64_t> address;  ///< of the memory that it accesses
};

/// Decodes one instruction. Nothing if it is none.
std::optional<Faulting> decode(std::string_view bytes, std::uint64_t pc, const Registers& registers);

}  // namespace rspbridge::proxy::triage
