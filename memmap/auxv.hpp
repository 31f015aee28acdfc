// The auxiliary vector (getauxval(3), /proc/PID/auxv).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace rspbridge::memmap {

/// The auxiliary vector of a 64-bit, little-endian process. A value.
class Auxv {
 public:
  /// `bytes`: pairs of 64-bit numbers; ends at AT_NULL or where they end. Nothing if they end within a pair
  /// or are more than 256 pairs.
  static std::optional<Auxv> parse(std::string_view bytes);
  /// The value of `type` (AT_PHDR, …; <elf.h>), the first if there are several.
  std::optional<std::uint64_t> find(std::uint64_t type) const noexcept;

 private:
  std::vector<std::pair<std::uint64_t, std::uint64_t>> entries_;
};

}  // namespace rspbridge::memmap
