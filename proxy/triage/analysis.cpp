#include "proxy/triage/analysis.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "memmap/address.hpp"
#include "proxy/triage/signals.hpp"

namespace rspbridge::proxy::triage {
namespace {

std::string hex(std::uint64_t value) {
  std::array<char, 20> text{};
  std::snprintf(text.data(), text.size(), "0x%llx", static_cast<unsigned long long>(value));
  return text.data();
}

std::string file_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

std::string line_of(const Frame& frame) {
  if (frame.file.empty() || !frame.line) return {};
  return frame.file + ":" + std::to_string(*frame.line);
}

// Of the topmost meaningful frame that has a line; else where that frame is in its file.
std::string crash_line(const std::vector<Frame>& frames) {
  const auto meaningful = meaningful_frames(frames, SkipList::built_in(), frames.size());
  for (const Frame* frame : meaningful)
    if (auto line = line_of(*frame); !line.empty()) return line;
  for (const Frame* frame : meaningful)
    if (frame->image != nullptr)
      return file_name(frame->image->path) + "+" + hex(frame->pc - frame->image->load_bias);
  return {};
}

void disassemble_around(const Stopped& stopped, std::uint64_t pc, std::size_t count, Analysis& made) {
  pc &= ~std::uint64_t{3};
  for (std::size_t i = 0; i <= 2 * count; ++i) {
    const std::uint64_t address = pc + (i - count) * instruction_bytes;
    const auto bytes = stopped.memory->read(address, instruction_bytes);
    if (bytes)
      made.disassembly.push_back(disassemble(*bytes, address).front());
    else if (address == pc)
      made.unreadable_code.push_back(address);
  }
}

const memmap::Vma* mapping(const Stopped& stopped, std::uint64_t address) {
  return stopped.map.find(memmap::untagged({address}));
}

std::string region_of(const Stopped& stopped, const memmap::Vma& vma) {
  const auto index = static_cast<std::size_t>(&vma - stopped.map.vmas().data());
  if (index < stopped.labels.size() && !stopped.labels[index].empty()) return stopped.labels[index];
  return vma.path;
}

void read_at_registers(const Stopped& stopped, std::size_t length, Analysis& made) {
  for (const auto& [name, value] : stopped.threads.front().named) {
    const memmap::Vma* vma = value ? mapping(stopped, *value) : nullptr;
    if (vma == nullptr || vma->is_device()) continue;
    const std::uint64_t begin = memmap::untagged({*value}).value;
    const std::size_t some = std::min<std::uint64_t>(length, vma->range.end.value - begin);
    made.memory.push_back({name, begin, stopped.memory->read(begin, some), region_of(stopped, *vma)});
  }
}

}  // namespace

Analysis analyse(const Stopped& stopped, const Limits& limits) {
  Analysis made;
  const Symbols symbols(stopped.images);
  const Surroundings in{symbols, *stopped.memory, stopped.map,
                        stopped.main_image ? &stopped.images[*stopped.main_image] : nullptr};
  for (const ThreadState& thread : stopped.threads) {
    made.backtraces.push_back(
        backtrace(thread.registers, in, limits.frames, made.backtraces.empty() ? limits.with_variables : 0));
  }
  for (const Image& image : stopped.images) made.symbol_kinds.push_back(symbols.kind(image));
  if (made.backtraces.empty()) {
    made.facts = gather_facts(stopped, {}, symbols);
    made.kind = recognise(made.facts);
    return made;
  }
  const auto& frames = made.backtraces.front().frames;
  made.facts = gather_facts(stopped, frames, symbols);
  made.kind = recognise(made.facts);
  made.severity = rate(made.facts, made.kind);
  made.hash = hash_of(stopped.signal ? signal_name(stopped.signal->number) : std::string(made.kind.name),
                      frames, SkipList::built_in());
  made.crash_line = crash_line(frames);
  if (const auto pc = stopped.threads.front().registers.pc)
    disassemble_around(stopped, *pc, limits.instructions, made);
  read_at_registers(stopped, limits.memory, made);
  return made;
}

}  // namespace rspbridge::proxy::triage
