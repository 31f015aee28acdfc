#include "proxy/triage/image_of.hpp"

#include <elf.h>

#include <algorithm>
#include <cstdint>

#include "memmap/elf_image.hpp"
#include "rsp/escape.hpp"

namespace rspbridge::proxy::triage {
namespace {

std::uint64_t image_end(const memmap::Module& module) {
  std::uint64_t end = 0;
  for (const memmap::ProgramHeader& header : module.image.headers)
    if (header.type == PT_LOAD) end = std::max(end, header.vaddr + header.memsz + module.image.load_bias);
  constexpr std::uint64_t page = 4096;
  end = (end + page - 1) & ~(page - 1);
  return end > module.range.begin.value ? std::min(end, module.range.end.value) : module.range.end.value;
}

}  // namespace

Image image_of(const memmap::Module& module) {
  Image image;
  image.path = module.path;
  image.begin = module.range.begin.value;
  image.end = image_end(module);
  image.load_bias = module.image.load_bias;
  image.build_id = rsp::to_hex(module.image.build_id);
  return image;
}

}  // namespace rspbridge::proxy::triage
