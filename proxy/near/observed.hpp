// What becomes of the packets of a GDB that only observes.
#pragma once

#include <cstdint>
#include <string_view>

namespace rspbridge::proxy::near {

/// A GDB that observes sees the target at the stop that it was told of, and changes nothing.
enum class Observed : std::uint8_t {
  looks,        ///< as any GDB's, at the stop that it was told of
  always,       ///< as any GDB's, unless the target runs: it depends on no stop
  agrees,       ///< OK, and nothing is done: it is about this GDB alone, or undoes what was never done
  off,          ///< switching it off is agreed to, switching it on refused
  refused,      ///< refused in words
  unknown,      ///< an empty reply, as to a packet that the stub doesn't know
  features,     ///< what the stub offered to the GDB in control
  status,       ///< the present stop; once the target stops
  waits,        ///< nothing is resumed: answered by the next stop, or by this one if GDB doesn't know it yet
  selects,      ///< OK if the thread lives; selected for this GDB alone
  breakpoint,   ///< OK if the GDB in control has set this one before; else refused
  attached,     ///< attached to, so that GDB detaches when it leaves, rather than kills
  file_system,  ///< of this GDB alone
  opens,        ///< only for reading
};

/// By the packet table's row for `payload`, and what the row does to the target.
Observed observed(std::string_view payload);

/// For people.
std::string_view to_string(Observed observed);

}  // namespace rspbridge::proxy::near
