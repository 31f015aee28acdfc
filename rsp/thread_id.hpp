// thread-id (GDB manual, "Packets": thread-id syntax).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rspbridge::rsp {

/// `tid`, or `pPID.TID` with the multiprocess extension. -1 means all, 0 means any.
struct ThreadId {
  std::optional<std::int64_t> pid;  ///< set only in the multiprocess form
  std::int64_t tid = 0;

  bool operator==(const ThreadId&) const = default;
  /// True if it names one thread (neither "all" nor "any" anywhere in it).
  bool is_specific() const noexcept { return tid > 0 && (!pid || *pid > 0); }
};

/// Accepts `-1`, `0`, hex, `p<pid>`, `p<pid>.<tid>`; `p<pid>` means all of that process's threads.
/// Nothing for numbers above 2^63-1 and for one thread of all processes (`p-1.5`).
std::optional<ThreadId> parse_thread_id(std::string_view text);
/// Hex, or `pPID.TID`; any negative number is written as -1.
std::string format_thread_id(const ThreadId& id);

}  // namespace rspbridge::rsp
