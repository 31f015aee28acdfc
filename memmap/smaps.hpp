// /proc/PID/smaps (proc(5)).
#pragma once

#include <optional>
#include <string_view>

#include "memmap/vma.hpp"

namespace rspbridge::memmap {

/// `text` is the whole of smaps. Every VMA has details; lines that aren't known are skipped, since each
/// kernel adds some. Nothing if a VMA's line or one of the sizes can't be read, if a detail comes before any
/// VMA, or if VMAs overlap or aren't in order.
std::optional<VmaMap> parse_smaps(std::string_view text);

}  // namespace rspbridge::memmap
