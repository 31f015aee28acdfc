#include "proxy/triage/facts.hpp"

#include <algorithm>

#include "memmap/address.hpp"
#include "proxy/triage/stack.hpp"
#include "rsp/text.hpp"

namespace rspbridge::proxy::triage {
namespace {

constexpr std::uint64_t near_null = std::uint64_t{64} << 10;   // bytes
constexpr std::uint64_t stack_page = std::uint64_t{64} << 10;  // a probe may be as far from sp
constexpr int segv = 11, bus = 7;

std::uint64_t plain(std::uint64_t address) {
  return memmap::untagged({address}).value;
}

std::string name_of(const Stopped& stopped, const memmap::Vma& vma) {
  const auto index = static_cast<std::size_t>(&vma - stopped.map.vmas().data());
  if (index < stopped.labels.size() && !stopped.labels[index].empty()) return stopped.labels[index];
  if (!vma.path.empty()) return vma.path;
  return "anonymous memory";
}

// Where a stack ends: the access was just below it, and not far from sp.
bool overflowed(const Stopped& stopped, std::uint64_t address, std::string& region) {
  const Registers& registers = stopped.threads.front().registers;
  const memmap::Vma* stack = stack_of(stopped.map, registers);
  const auto sp = registers.values[Registers::sp];
  if (stack == nullptr || address >= stack->range.begin.value ||
      address + largest_frame < stack->range.begin.value)
    return false;
  if (*sp >= stack->range.begin.value + stack_page) return false;  // there is room left
  const memmap::Vma* here = stopped.map.find({address});
  if (here != nullptr && is_accessible(*here)) return false;
  region = here ? "the guard page " + rsp::hex_number(here->range.begin.value) + "-" +
                      rsp::hex_number(here->range.end.value) + " below "
                : std::string("the gap below ");
  region += name_of(stopped, *stack) + " " + rsp::hex_number(stack->range.begin.value) + "-" +
            rsp::hex_number(stack->range.end.value);
  return true;
}

std::string describe_region(const Stopped& stopped, std::uint64_t address) {
  if (const memmap::Vma* vma = stopped.map.find({address})) {
    const std::string rights{vma->readable ? 'r' : '-', vma->writable ? 'w' : '-',
                             vma->executable ? 'x' : '-'};
    return name_of(stopped, *vma) + " " + rsp::hex_number(vma->range.begin.value) + "-" +
           rsp::hex_number(vma->range.end.value) + " " + rights;
  }
  if (stopped.map.vmas().empty()) return {};
  const memmap::Vma* above = first_from(stopped.map, address);
  if (above == nullptr) return "above all mappings";
  return "a gap, " + rsp::hex_number(above->range.begin.value - address) + " bytes below " +
         name_of(stopped, *above);
}

Address classify(const Stopped& stopped, std::uint64_t full, std::string& region) {
  const std::uint64_t address = plain(full);
  const std::uint64_t middle = full >> 48 & 0xff;
  region = describe_region(stopped, address);
  if (address == 0) return Address::null;
  if (address < near_null || full > ~near_null) {
    region = "next to address 0";
    return Address::near_null;
  }
  if (middle != 0 && middle != 0xff) {
    region = "no address of a process";
    return Address::non_canonical;
  }
  if (!stopped.threads.empty() && overflowed(stopped, address, region)) return Address::stack_guard;
  if (full >> 56 != 0 && middle == 0) return Address::tagged;
  return stopped.map.find({address}) ? Address::mapped : Address::unmapped;
}

// The register knows more than si_addr, from which the kernel takes the tag.
std::uint64_t with_tag(std::uint64_t told, const std::optional<Faulting>& instruction) {
  if (!instruction || !instruction->address) return told;
  const std::uint64_t meant = *instruction->address;
  constexpr std::uint64_t below_tag = (std::uint64_t{1} << 56) - 1;
  const std::uint64_t distance = (told & below_tag) - (meant & below_tag);
  return distance < 64 ? meant + distance : told;  // a wide access may fail behind its first byte
}

// What AUT* leaves of an address whose code is wrong (Arm ARM, "Auth"): an error code in the two bits below
// those that may hold a tag, or in the two topmost but one where there are no tags.
bool failed_authentication(std::uint64_t address, const memmap::VmaMap& map) {
  constexpr std::uint64_t upper = std::uint64_t{0xffff} << 48;
  const std::uint64_t code = address >> 48;
  const bool is_error = (code & 0xff) == 0x20 || (code & 0xff) == 0x40 || code == 0x2000 || code == 0x4000;
  return is_error && map.find({address & ~upper}) != nullptr;
}

}  // namespace

Facts gather_facts(const Stopped& stopped, const std::vector<Frame>& frames) {
  Facts facts;
  facts.outcome = stopped.outcome;
  facts.exit_code = stopped.program.exit_code;
  facts.signal = stopped.signal;
  facts.words = read_last_words(stopped.program.output_tail);
  for (const Frame& frame : frames) facts.functions.push_back(frame.function);
  if (stopped.threads.empty() || !stopped.threads.front().registers.pc) return facts;
  const ThreadState& thread = stopped.threads.front();
  const std::uint64_t pc = *thread.registers.pc;
  if (const auto bytes = stopped.memory->read(pc, 4))
    facts.instruction = decode(*bytes, pc, thread.registers);
  for (const auto& [name, value] : thread.named)
    if (name == "cpsr" && value) facts.branch_landed = (*value >> 10 & 3) != 0;
  if (!stopped.signal || !stopped.signal->address) return facts;
  const int number = stopped.signal->number;
  if (number != segv && number != bus) return facts;
  const std::uint64_t told = *stopped.signal->address;
  facts.pc_faulted = plain(told) == plain(pc);
  facts.full_address = facts.pc_faulted ? pc : with_tag(told, facts.instruction);
  facts.address = classify(stopped, *facts.full_address, facts.region);
  facts.failed_authentication = failed_authentication(*facts.full_address, stopped.map);
  return facts;
}

}  // namespace rspbridge::proxy::triage
