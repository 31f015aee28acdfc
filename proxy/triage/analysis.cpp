#include "proxy/triage/analysis.hpp"

#include <algorithm>

#include "memmap/address.hpp"
#include "proxy/triage/signals.hpp"
#include "rsp/text.hpp"

namespace rspbridge::proxy::triage {
namespace {

std::string file_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

std::string line_of(const Frame& frame) {
  if (frame.file.empty() || !frame.line) return {};
  return frame.file + ":" + std::to_string(*frame.line);
}

// "src/main.rs:5:37" is "src/main.rs:5".
std::string without_column(const std::string& place) {
  const auto last = place.rfind(':');
  const auto before = last == std::string::npos ? last : place.rfind(':', last - 1);
  const auto is_number = [](const std::string& text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  };
  const bool has_both = before != std::string::npos && is_number(place.substr(last + 1)) &&
                        is_number(place.substr(before + 1, last - before - 1));
  return has_both ? place.substr(0, last) : place;
}

// Of the topmost frame that counts and has a line; else what the program said; else where a frame is in its
// file.
std::string crash_line(const std::vector<Frame>& frames, const LastWords& words) {
  const auto& skipped = SkipList::built_in();
  const auto meaningful = meaningful_frames(frames, skipped, frames.size());
  for (const Frame* frame : meaningful)
    if (auto line = line_of(*frame); !line.empty() && is_meaningful(*frame, skipped)) return line;
  if (words.panic && !words.panic->location.empty()) return without_column(words.panic->location);
  for (const Frame* frame : meaningful)
    if (auto line = line_of(*frame); !line.empty()) return line;
  for (const Frame* frame : meaningful)
    if (frame->image != nullptr)
      return file_name(frame->image->path) + "+" + rsp::hex_number(frame->pc - frame->image->load_bias);
  return {};
}

// Go handles signals on a stack of their own: nothing but its runtime is there, whatever the bug. What it
// told of the goroutine that panicked takes that stack's place.
Hash hash_of_crash(const std::string& signal, const std::vector<Frame>& frames, const LastWords& words) {
  const auto& skipped = SkipList::built_in();
  const bool any = std::any_of(frames.begin(), frames.end(),
                               [&](const Frame& frame) { return is_meaningful(frame, skipped); });
  if (any || !words.panic || words.panic->functions.empty()) return hash_of(signal, frames, skipped);
  std::vector<Frame> told;
  for (const std::string& function : words.panic->functions) told.emplace_back().function = function;
  return hash_of(signal, told, skipped);
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

Analysis analyse(const Stopped& stopped, const Symbols& symbols, const Limits& limits) {
  Analysis made;
  const Surroundings in{symbols, *stopped.memory, stopped.map,
                        stopped.main_image ? &stopped.images[*stopped.main_image] : nullptr};
  for (const ThreadState& thread : stopped.threads) {
    made.backtraces.push_back(
        backtrace(thread.registers, in, limits.frames, made.backtraces.empty() ? limits.with_variables : 0));
  }
  for (const Image& image : stopped.images) made.symbol_kinds.push_back(symbols.kind(image));
  if (made.backtraces.empty()) {
    made.facts = gather_facts(stopped, {});
    made.kind = recognise(made.facts);
    made.severity = rate(made.facts, made.kind);
    made.crash_line = crash_line({}, made.facts.words);
    return made;
  }
  const auto& frames = made.backtraces.front().frames;
  made.facts = gather_facts(stopped, frames);
  made.kind = recognise(made.facts);
  made.severity = rate(made.facts, made.kind);
  made.hash =
      hash_of_crash(stopped.signal ? signal_name(stopped.signal->number) : std::string(made.kind.name),
                    frames, made.facts.words);
  made.crash_line = crash_line(frames, made.facts.words);
  if (const auto pc = stopped.threads.front().registers.pc)
    disassemble_around(stopped, *pc, limits.instructions, made);
  read_at_registers(stopped, limits.memory, made);
  return made;
}

}  // namespace rspbridge::proxy::triage
