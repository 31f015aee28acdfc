// Files of the target that are looked at before GDB opens them.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "proxy/link/messages.hpp"

namespace rspbridge::proxy::near {

/// A look is as good as one that is made when GDB opens the file, a little earlier: it is given once, and
/// soon or never. Two openings take two looks.
class FilesAhead {
 public:
  using Clock = std::chrono::steady_clock;
  /// How long after it was asked for a look may be given.
  static constexpr std::chrono::seconds holds{3};

  /// `request` was sent.
  void asked(link::LookAtFile request, Clock::time_point now);
  /// What was asked, if `seen` answers one of these; it is given to the next who takes it.
  std::optional<link::LookAtFile> arrived(const link::FileSeen& seen);

  struct Look {
    link::RequestId id = 0;
    std::optional<link::FileSeen> seen;  ///< nothing while it is under way
  };
  /// The oldest look that answers `wanted` (whose id doesn't matter), and it is given no more.
  std::optional<Look> take(const link::LookAtFile& wanted, Clock::time_point now);
  /// Whether such a look is held or under way.
  bool has(const link::LookAtFile& wanted) const;
  /// The target resumes, or something may have changed.
  void clear() { entries_.clear(); }

 private:
  struct Entry {
    link::LookAtFile request;
    Clock::time_point asked;
    std::optional<link::FileSeen> seen;
  };
  std::deque<Entry> entries_;
};

}  // namespace rspbridge::proxy::near
