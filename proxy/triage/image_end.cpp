#include "proxy/triage/image_end.hpp"

#include <elf.h>

#include <algorithm>

namespace rspbridge::proxy::triage {

std::uint64_t image_end(const memmap::Module& module) {
  std::uint64_t end = 0;
  for (const memmap::ProgramHeader& header : module.image.headers)
    if (header.type == PT_LOAD) end = std::max(end, header.vaddr + header.memsz + module.image.load_bias);
  constexpr std::uint64_t page = 4096;
  end = (end + page - 1) & ~(page - 1);
  return end > module.range.begin.value ? std::min(end, module.range.end.value) : module.range.end.value;
}

}  // namespace rspbridge::proxy::triage
