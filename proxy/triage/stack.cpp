#include "proxy/triage/stack.hpp"

#include <algorithm>

namespace rspbridge::proxy::triage {

bool is_accessible(const memmap::Vma& vma) {
  return vma.readable || vma.writable || vma.executable;
}

const memmap::Vma* first_from(const memmap::VmaMap& map, std::uint64_t address) {
  const auto& vmas = map.vmas();
  const auto found = std::partition_point(
      vmas.begin(), vmas.end(), [address](const memmap::Vma& vma) { return vma.range.end.value <= address; });
  return found == vmas.end() ? nullptr : &*found;
}

const memmap::Vma* stack_of(const memmap::VmaMap& map, const Registers& registers) {
  const auto sp = registers.values[Registers::sp];
  if (!sp) return nullptr;
  const memmap::Vma* vma = first_from(map, *sp);
  for (int i = 0; vma != nullptr && i < 2 && !is_accessible(*vma); ++i)
    vma = first_from(map, vma->range.end.value);
  if (vma == nullptr || !vma->writable || vma->range.begin.value > *sp + largest_frame) return nullptr;
  return vma;
}

}  // namespace rspbridge::proxy::triage
