// Frames as a report tells them: inlined functions told apart, with names, lines and variables.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proxy/triage/unwind.hpp"

namespace rspbridge::proxy::triage {

struct Variable {
  std::string name, type;
  std::optional<std::string> value;
};

struct Frame {
  Trust trust = Trust::context;
  bool inlined = false, signal_frame = false;
  std::uint64_t pc = 0;
  std::optional<std::uint64_t> sp;
  const Image* image = nullptr;
  std::string function, linkage_name;  ///< empty if unknown
  std::optional<std::uint64_t> function_address;
  std::string file;
  std::optional<int> line;
  bool has_symbols = false;
  bool has_variables = false;  ///< the two below were looked for
  std::vector<Variable> arguments, locals;
};

struct Backtrace {
  std::vector<Frame> frames;
  std::string truncated;  ///< why they end early; empty if they don't
};

/// The functions whose code `pc` is, the innermost of the inlined ones first, without variables.
std::vector<Frame> functions_at(std::uint64_t pc, const Surroundings& in);

/// All frames of a thread, `most` at most, with the variables of the `with_variables` innermost ones.
Backtrace backtrace(const Registers& registers, const Surroundings& in, std::size_t most,
                    std::size_t with_variables);

}  // namespace rspbridge::proxy::triage
