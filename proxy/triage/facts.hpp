// What a crash is recognised by.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proxy/triage/frames.hpp"
#include "proxy/triage/instruction.hpp"
#include "proxy/triage/output.hpp"
#include "proxy/triage/stopped.hpp"

namespace rspbridge::proxy::triage {

/// What kind of address an access was to.
enum class Address : std::uint8_t {
  none,           ///< the signal has none
  null,           ///< 0
  near_null,      ///< less than 64 KiB from 0, on either side
  non_canonical,  ///< bits 48 to 55 are neither all 0 nor all 1
  tagged,         ///< something stands in the top byte
  stack_guard,    ///< just below the stack
  unmapped,       ///< no mapping
  mapped,         ///< a mapping that forbids the access, or something else is wrong
};

struct Facts {
  std::optional<Signal> signal;
  Address address = Address::none;
  std::optional<std::uint64_t> full_address;  ///< with its tag, where the instruction tells it
  std::string region;                         ///< where the address lies; empty if there is none
  std::optional<Faulting> instruction;        ///< at pc
  bool pc_faulted = false;                    ///< what couldn't be accessed is the instruction
  bool failed_authentication = false;         ///< the address is one whose authentication code was wrong
  bool branch_landed = false;                 ///< PSTATE.BTYPE isn't 0: pc was reached by an indirect branch
  std::vector<std::string> functions;         ///< of the frames, innermost first
  LastWords words;
  Outcome outcome = Outcome::stop;
  std::optional<int> exit_code;
};

/// `frames` are those of the thread that the stop is about.
Facts gather_facts(const Stopped& stopped, const std::vector<Frame>& frames);

}  // namespace rspbridge::proxy::triage
