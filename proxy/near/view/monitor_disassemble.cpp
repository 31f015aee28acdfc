// `monitor rspbridge disassemble`: the target's instructions, for GDBs that can't disassemble ARM64.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <optional>

#include "proxy/near/client.hpp"
#include "proxy/near/view/handlers.hpp"
#include "proxy/near/view/view.hpp"
#include "proxy/triage/disassembler.hpp"
#include "rsp/escape.hpp"
#include "rsp/memory.hpp"

namespace rspbridge::proxy::near {
namespace {

constexpr std::uint64_t most_instructions = 1024;
// A read never crosses into another page, which may not be readable; no stub's packets hold less.
constexpr std::uint64_t longest_read = 1024, page = 4096;

struct Range {
  std::uint64_t address = 0, count = 1;  ///< of instructions
};

/// "ADDRESS [COUNT]": hex with or without 0x, and decimal. The error is a sentence.
tl::expected<Range, std::string> parse_range(std::string_view words) {
  const std::size_t space = std::min(words.find(' '), words.size());
  std::string_view address = words.substr(0, space), count = words.substr(space);
  if (address.starts_with("0x")) address.remove_prefix(2);
  count.remove_prefix(std::min(count.find_first_not_of(' '), count.size()));
  Range range;
  const auto parsed = rsp::parse_hex(address);
  if (!parsed)
    return tl::unexpected(std::string("Say an address in hex, and how many instructions (1 without)."));
  range.address = *parsed;
  if (range.address % triage::instruction_bytes != 0)
    return tl::unexpected(std::string("ARM64 instructions are at multiples of 4."));
  const char* const end = count.data() + count.size();
  const auto [stop, error] = std::from_chars(count.data(), end, range.count);
  if (!count.empty() && (error != std::errc() || stop != end || range.count - 1 >= most_instructions))
    return tl::unexpected("The number of instructions is from 1 to " + std::to_string(most_instructions) +
                          ", in decimal.");
  if (range.count * triage::instruction_bytes - 1 > UINT64_MAX - range.address)
    return tl::unexpected(std::string("That goes past the last address."));
  return range;
}

std::string line(const triage::Instruction& instruction) {
  std::array<char, 32> left{};
  std::snprintf(left.data(), left.size(), "%llx %08x ", static_cast<unsigned long long>(instruction.address),
                static_cast<unsigned>(instruction.word));
  return left.data() + instruction.text + "\n";
}

}  // namespace

Task<std::string> monitor_disassemble(View& view, std::string arguments) {
  const auto range = parse_range(arguments);
  if (!range) co_return range.error() + "\n";
  // Native views aren't compiled, but that the stub has ARM64's registers is checked the same way.
  auto loading = view.registers().load();
  const auto failed = co_await loading;
  if (failed) co_return "There is nothing to disassemble: " + failed->substr(failed->find(':') + 2) + "\n";
  const std::uint64_t size = range->count * triage::instruction_bytes;
  std::string bytes;
  bool readable = true;
  while (readable && bytes.size() < size) {
    const std::uint64_t at = range->address + bytes.size();
    const rsp::MemoryRead read{.address = at,
                               .length = std::min({size - bytes.size(), longest_read, page - at % page})};
    auto asked = view.client().ask(rsp::format_memory_read(read));
    const std::string reply = co_await asked;
    const auto part = rsp::parse_memory_reply(read, reply);
    readable = part && !part->empty();
    if (readable) bytes += *part;
  }
  std::string text;
  for (const triage::Instruction& instruction : triage::disassemble(bytes, range->address))
    text += line(instruction);
  if (!readable)
    text += "Cannot access memory at address 0x" + rsp::format_hex(range->address + bytes.size()) + "\n";
  co_return text;
}

}  // namespace rspbridge::proxy::near
