// All that a report says of a stopped process.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proxy/triage/classify.hpp"
#include "proxy/triage/disassembler.hpp"
#include "proxy/triage/facts.hpp"
#include "proxy/triage/frames.hpp"
#include "proxy/triage/hash.hpp"
#include "proxy/triage/stopped.hpp"

namespace rspbridge::proxy::triage {

struct Limits {
  std::size_t frames = 256;         ///< of a thread
  std::size_t with_variables = 16;  ///< frames of the first thread
  std::size_t instructions = 8;     ///< before and behind pc, each
  std::size_t memory = 64;          ///< bytes at a register
};

struct MemoryAt {
  std::string reg;
  std::uint64_t address = 0;
  std::optional<std::string> bytes;
  std::string region;
};

struct Analysis {
  std::vector<Backtrace> backtraces;  ///< one a thread, in Stopped's order
  Facts facts;
  Kind kind;
  Severity severity;
  Hash hash;
  std::string crash_line;                ///< empty if nothing is known
  std::vector<Instruction> disassembly;  ///< around pc
  std::vector<std::uint64_t> unreadable_code;
  std::vector<MemoryAt> memory;
  std::vector<SymbolKind> symbol_kinds;  ///< one an image
};

/// Blocks while it reads files and unwinds: for a thread of its own. `symbols` are those of `stopped.images`.
/// Memory that it needs and that isn't known is noted by `stopped.memory`.
Analysis analyse(const Stopped& stopped, const Symbols& symbols, const Limits& limits = {});

}  // namespace rspbridge::proxy::triage
