// The chain of frames of a thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "memmap/vma.hpp"
#include "proxy/triage/stopped.hpp"
#include "proxy/triage/symbols.hpp"

namespace rspbridge::proxy::triage {

/// How a frame was found, best first.
enum class Trust : std::uint8_t { context, cfi, frame_pointer, link_register };
std::string_view to_string(Trust trust);

/// One activation, before inlined functions are told apart.
struct Activation {
  Registers registers;
  Trust trust = Trust::context;
  bool exact = true;  ///< pc is of the instruction itself, not behind a call
  bool signal_frame = false;
  std::optional<std::uint64_t> cfa;  ///< where CFI tells it

  /// An address within the instruction that is being executed.
  std::uint64_t look_up() const { return exact ? *registers.pc : *registers.pc - 1; }
};

struct Unwound {
  std::vector<Activation> activations;  ///< innermost first
  std::string truncated;                ///< why there is no first frame among them; empty if there is
};

/// What unwinding needs besides the registers.
struct Surroundings {
  const Symbols& symbols;
  Memory& memory;
  const memmap::VmaMap& map;
  const Image* main_image = nullptr;  ///< unwinding ends at its main(), as GDB's does
};

/// From the frame of `registers` on outwards, `most` frames at most. By CFI; where there is none by the link
/// register of the innermost frame, then by the chain of frame pointers. Never guesses from what lies on the
/// stack.
Unwound unwind(const Registers& registers, const Surroundings& in, std::size_t most);

/// `address` without a pointer authentication code, where that leads into an image.
std::uint64_t without_pac(const Symbols& symbols, std::uint64_t address);

}  // namespace rspbridge::proxy::triage
