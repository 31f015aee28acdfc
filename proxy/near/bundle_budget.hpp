// How much comes unasked with a stop, so that a slow link isn't swamped.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "proxy/link/link_report.hpp"

namespace rspbridge::proxy::near {

/// Counts the bytes that each stop bundle took on the wire, and from that says how many things the next one
/// may hold. Sizes aren't known before: what differs little from the last stop's costs next to nothing on the
/// link.
class BundleBudget {
 public:
  static constexpr std::uint64_t floor = 4 << 10;    ///< bytes
  static constexpr std::uint64_t ceiling = 1 << 20;  ///< bytes
  static constexpr std::chrono::milliseconds least_time{25};
  static constexpr std::size_t most_things = 1024;  ///< that may be wanted, whatever the link
  static constexpr std::size_t fewest_things = 4;

  /// The bytes that the link carries in one round trip, or in `least_time` if that is longer, within the
  /// bounds; nothing unless both are known.
  static std::optional<std::uint64_t> bytes(const link::LinkFigures& link);

  /// Something came that is no stop: what came until now is no bundle's, unless one is under way.
  void passed(const link::LinkFigures& link);
  /// It stopped, and `things` are coming.
  void stopped(std::size_t things);
  /// One of them came.
  void came(const link::LinkFigures& link);

  /// How many things the next bundle may hold besides what is always wanted.
  std::size_t things() const noexcept { return things_; }
  std::uint64_t bundles() const noexcept { return bundles_; }
  std::uint64_t wire() const noexcept { return wire_; }  ///< bytes of all bundles

 private:
  void end(const link::LinkFigures& link);

  std::uint64_t before_ = 0;  ///< bytes received before the bundle
  std::size_t announced_ = 0, left_ = 0;
  std::size_t things_ = most_things;
  std::uint64_t bundles_ = 0, wire_ = 0;
};

}  // namespace rspbridge::proxy::near
