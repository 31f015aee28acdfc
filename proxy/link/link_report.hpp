// How a session's way to the stub fares.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rspbridge::proxy::link {

/// Since the link began.
struct LinkCounters {
  struct Direction {
    std::uint64_t messages = 0, frames = 0;
    std::uint64_t plain = 0;  ///< bytes of records, before compression
    std::uint64_t wire = 0;   ///< bytes on the wire, greeting and headers included
  };
  Direction sent, received;
};

/// The stream to the stub, or to the far helper beside it.
struct LinkFigures {
  bool far_on_target = false;
  bool silent = false;  ///< the target's machine gives no sign of life, though it was asked
  std::optional<std::chrono::microseconds> rtt;  ///< the smallest of the latest round trips
  std::optional<std::uint64_t> bandwidth;        ///< bytes a second from the target, where it was felt
  LinkCounters counters;                         ///< without a helper the stub's own bytes, `wire` alone
};

/// Round trips that GDB waited for.
struct RoundTrips {
  std::string_view packet;  ///< a name of the routing table; lives as long as the program
  std::uint64_t count = 0;
};

/// What was spared and what it cost. Questions are those that change nothing.
struct LinkReport {
  LinkFigures link;
  std::uint64_t answered = 0;                ///< questions, at once
  std::uint64_t awaited = 0;                 ///< by what was on its way already
  std::uint64_t asked = 0;                   ///< by asking the stub
  std::size_t pages = 0;                     ///< of memory that are known now
  std::uint64_t stops = 0;                   ///< with which something came unasked
  std::uint64_t stop_bytes = 0;              ///< on the wire, of all these
  std::optional<std::uint64_t> stop_budget;  ///< bytes on the wire; nothing: the link isn't felt
  std::vector<RoundTrips> round_trips;       ///< the most frequent first
};

/// Lines for people.
std::string describe(const LinkReport& report);

}  // namespace rspbridge::proxy::link
