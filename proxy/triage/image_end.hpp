// Where an image in memory ends.
#pragma once

#include <cstdint>

#include "memmap/modules.hpp"

namespace rspbridge::proxy::triage {

/// The first address behind its segments. Other mappings of the same file, such as those of a program that
/// reads its own symbols, are no part of it. Where the program headers tell of no segment, the end of its
/// VMAs.
std::uint64_t image_end(const memmap::Module& module);

}  // namespace rspbridge::proxy::triage
