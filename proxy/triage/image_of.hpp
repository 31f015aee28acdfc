// An image as its module in memory tells it.
#pragma once

#include "memmap/modules.hpp"
#include "proxy/triage/stopped.hpp"

namespace rspbridge::proxy::triage {

/// Where it lies, and its build-id; no file yet. It ends behind its segments: other mappings of the same
/// file, such as those of a program that reads its own symbols, are no part of it. Where the program headers
/// tell of no segment, it ends with its VMAs.
Image image_of(const memmap::Module& module);

}  // namespace rspbridge::proxy::triage
