#include <limits>

#include "proxy/symbols/frames.hpp"

namespace rspbridge::proxy::symbols {
namespace {

bool follows(const Fde& first, const Fde& second, std::uint64_t largest_gap) {
  return second.begin >= first.end && second.begin - first.end <= largest_gap;
}

bool is_between(const Fde& fde, std::uint64_t smallest, std::uint64_t largest) {
  return fde.end > fde.begin && fde.end - fde.begin >= smallest && fde.end - fde.begin <= largest;
}

/// crtbegin.o has no names in a stripped file, but its functions follow one another: deregister_tm_clones
/// and register_tm_clones, which keep nothing, then __do_global_dtors_aux, which does. Null if they don't.
const Fde* find_deregister_tm_clones(const std::vector<Fde>& frames) {
  for (std::size_t i = 0; i + 2 < frames.size(); ++i) {
    const Fde &first = frames[i], &second = frames[i + 1], &third = frames[i + 2];
    if (first.plain && second.plain && !third.plain && is_between(first, 32, 64) &&
        is_between(second, 40, 80) && is_between(third, 48, 128) && follows(first, second, 0) &&
        follows(second, third, 12))
      return &first;
  }
  return nullptr;
}

}  // namespace

void cover_plt(ElfFile& elf, const std::vector<Fde>& frames, Counts& counts) {
  const Section* plt = elf.find(".plt");
  const Fde* spare = find_deregister_tm_clones(frames);
  if (!plt || !spare) return;
  const auto distance = static_cast<std::int64_t>(plt->address - spare->address);
  const std::uint64_t size = plt->extent.size();
  if (distance != static_cast<std::int32_t>(distance) || size > std::numeric_limits<std::int32_t>::max())
    return;
  for (const Fde& fde : frames)  // lld's PLT might have one some day.
    if (fde.begin < plt->address + size && fde.end > plt->address) return;
  put_uint(elf.bytes, spare->at, 4, static_cast<std::uint64_t>(distance));
  put_uint(elf.bytes, spare->at + 4, 4, size);
  counts.plt_frames = 1;
}

}  // namespace rspbridge::proxy::symbols
