// What a VMA is for, in a word.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "memmap/vma.hpp"

namespace rspbridge::memmap {

/// Where a thread's stack pointer points.
struct ThreadStack {
  std::uint64_t thread_id = 0;  ///< the kernel's (gettid(2))
  VirtAddr stack_pointer;
};

/// A label for each VMA of `map`, in its order; empty where there is nothing to say (files). The kernel's own
/// names are kept: [heap], [stack], [vdso], [anon:NAME]. Anonymous private memory that holds a thread's stack
/// pointer is "[stack:TID]", of the first thread given where there are several. Private memory without any
/// permission that ends where a stack begins is its guard: "[guard:TID]", or "[guard]" of [stack].
std::vector<std::string> labels(const VmaMap& map, std::span<const ThreadStack> threads);

}  // namespace rspbridge::memmap
