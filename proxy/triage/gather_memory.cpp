// Which memory of a stopped process a report needs, and how it gets here.
#include <algorithm>
#include <utility>

#include "proxy/triage/gather.hpp"
#include "proxy/triage/stack.hpp"

namespace rspbridge::proxy::triage {
namespace {

using inspect::Failure;
using inspect::Problem;
using memmap::AddressRange;

constexpr std::uint64_t page = FetchedMemory::page;
constexpr std::uint64_t first_stack = std::uint64_t{48} << 10,
                        other_stack = std::uint64_t{12} << 10;  // bytes
constexpr std::uint64_t more_stack = std::uint64_t{32} << 10,
                        most_stack = std::uint64_t{512} << 10;  // bytes at once
constexpr std::uint64_t most_at_once = inspect::Inspection::max_prefetch;

bool is_on_stack(const Stopped& stopped, const memmap::Vma& vma, std::uint64_t address) {
  return std::any_of(stopped.threads.begin(), stopped.threads.end(), [&](const ThreadState& thread) {
    const auto sp = thread.registers.values[Registers::sp];
    return sp && (*sp & ~(page - 1)) <= address && stack_of(stopped.map, thread.registers) == &vma;
  });
}

}  // namespace

std::vector<AddressRange> Investigator::likely_memory(const Stopped& stopped) {
  std::vector<AddressRange> ranges;
  for (std::size_t i = 0; i < stopped.threads.size(); ++i) {
    const Registers& registers = stopped.threads[i].registers;
    const auto sp = registers.values[Registers::sp];
    const memmap::Vma* stack = stack_of(stopped.map, registers);
    if (stack != nullptr) {
      const std::uint64_t begin = std::max(*sp & ~(page - 1), stack->range.begin.value);
      ranges.push_back(
          {{begin}, {std::min(begin + (i == 0 ? first_stack : other_stack), stack->range.end.value)}});
    }
    if (registers.pc && stopped.map.find({*registers.pc}))
      ranges.push_back({{(*registers.pc - 64) & ~(page - 1)}, {*registers.pc + 64}});
  }
  if (stopped.threads.empty()) return ranges;
  for (const auto& [name, value] : stopped.threads.front().named) {
    const memmap::Vma* vma = value ? stopped.map.find(memmap::untagged({*value})) : nullptr;
    if (vma == nullptr || !vma->readable || vma->is_device()) continue;
    const std::uint64_t begin = memmap::untagged({*value}).value;
    ranges.push_back({{begin}, {std::min(begin + 64, vma->range.end.value)}});
  }
  return ranges;
}

std::vector<AddressRange> Investigator::with_more_stack(const Stopped& stopped,
                                                        std::vector<AddressRange> missing, int round) {
  const std::uint64_t window = std::min(most_stack, more_stack << std::min(round, 16));
  std::uint64_t total = 0;
  for (const AddressRange& range : missing) total += range.size();
  for (AddressRange& range : missing) {
    const memmap::Vma* vma = stopped.map.find(range.begin);
    if (vma == nullptr || !is_on_stack(stopped, *vma, range.begin.value)) continue;
    const std::uint64_t end = std::min(range.begin.value + window, vma->range.end.value);
    if (end <= range.end.value || total + (end - range.end.value) > most_at_once) continue;
    total += end - range.end.value;
    range.end.value = end;
  }
  return missing;
}

asio::awaitable<std::optional<Failure>> Investigator::fetch(FetchedMemory& memory,
                                                            std::vector<AddressRange> ranges) {
  const auto failed = co_await inspection_.prefetch(ranges);
  if (failed) co_return failed;
  for (const AddressRange& range : ranges) {
    for (std::uint64_t at = range.begin.value & ~(page - 1); at < range.end.value; at += page) {
      if (memory.is_known(at)) continue;
      const auto bytes = co_await inspection_.read(at, page);
      if (bytes)
        memory.add(at, bytes->bytes);
      else if (bytes.error().problem == Problem::unreadable)
        memory.set_unreadable({{at}, {at + page}});
      else
        co_return bytes.error();
    }
  }
  co_return std::nullopt;
}

}  // namespace rspbridge::proxy::triage
