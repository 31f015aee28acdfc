#include "proxy/symbols/resolver.hpp"

#include <elf.h>

#include <algorithm>
#include <iterator>

namespace rspbridge::proxy::symbols {
namespace {

constexpr std::uint64_t longest_entry = 512;  // bytes; the longest known has 203

/// The code of a function.
struct Code {
  std::uint64_t begin = 0;  // its address
  std::string_view bytes;
};

std::uint32_t word(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint32_t>(Cursor(bytes, {at, at + 4}, "an instruction").uint(4));
}

std::uint64_t at_distance(std::uint64_t from, std::int64_t distance) {
  return from + static_cast<std::uint64_t>(distance);
}

// ARM64 (psABI, "Procedure Linkage Table"): PLT[0] pushes x16 and x30 and jumps to PLTGOT[2] with x16 =
// &PLTGOT[2]. So the link map is at x16 - 8, and the last thing that is popped is what PLT[0] pushed.
std::optional<std::uint64_t> called_by_arm64_entry(const Code& code) {
  constexpr std::uint32_t load_link_map = 0xf85f8200;  // ldur x0, [x16, #-8]
  constexpr std::uint32_t take_result = 0xaa0003f0;    // mov x16, x0
  constexpr std::uint32_t pop = 0xa8c17bf1;            // ldp x17, x30, [sp], #16
  constexpr std::uint32_t jump = 0xd61f0200;           // br x16
  const std::size_t size = code.bytes.size();
  if (size < 24 || size % 4 != 0 || word(code.bytes, size - 8) != pop || word(code.bytes, size - 4) != jump)
    return std::nullopt;
  std::optional<std::uint64_t> called;
  bool has_link_map = false;
  for (std::size_t at = 0; at + 8 < size; at += 4) {
    const std::uint32_t here = word(code.bytes, at);
    has_link_map = has_link_map || here == load_link_map;
    // Branches, exceptions, system; of these only hints and the like (0xd5…) go on to the next instruction.
    const bool is_transfer = (here & 0x1c000000) == 0x14000000 && here >> 24 != 0xd5;
    if (!is_transfer) continue;
    const bool is_call = (here & 0xfc000000) == 0x94000000;  // bl
    if (!is_call || called || !has_link_map || word(code.bytes, at + 4) != take_result) return std::nullopt;
    const auto distance = static_cast<std::int32_t>(here << 6) >> 4;  // 26 bits, in words
    called = at_distance(code.begin + at, distance);
  }
  return called;
}

// x86-64 (psABI, "Procedure Linkage Table"): PLT[0] pushes PLTGOT[1], the link map, above the relocation's
// index that the entry pushed. The entry points (fxsave, xsave, xsavec: one for each kind of processor) keep
// a frame at rbx, so the two are at rbx + 8 and rbx + 16, and are dropped with rbx itself at the end.
std::optional<std::uint64_t> called_by_x86_64_entry(const Code& code) {
  using namespace std::string_view_literals;
  constexpr auto branch_target = "\xf3\x0f\x1e\xfa"sv;  // endbr64
  constexpr auto frame = "\x53\x48\x89\xe3"sv;          // push %rbx; mov %rsp,%rbx
  constexpr auto call =
      "\x48\x8b\x73\x10\x48\x8b\x7b\x08\xe8"sv;   // mov 16(%rbx),%rsi; mov 8(%rbx),%rdi; call
  constexpr auto take_result = "\x49\x89\xc3"sv;  // mov %rax,%r11
  // mov %rbx,%rsp; mov (%rsp),%rbx; add $24,%rsp
  constexpr auto drop = "\x48\x89\xdc\x48\x8b\x1c\x24\x48\x83\xc4\x18"sv;
  constexpr auto jump = "\x41\xff\xe3"sv, bounded = "\xf2\x41\xff\xe3"sv;  // jmp *%r11, with MPX: bnd jmp
  std::string_view bytes = code.bytes;
  if (bytes.starts_with(branch_target)) bytes.remove_prefix(branch_target.size());
  if (!bytes.starts_with(frame) || !bytes.ends_with(jump)) return std::nullopt;
  bytes.remove_suffix(bytes.ends_with(bounded) ? bounded.size() : jump.size());
  if (!bytes.ends_with(drop)) return std::nullopt;
  const std::size_t at = code.bytes.find(call), operand = at + call.size(), after = operand + 4;
  if (at == std::string_view::npos || code.bytes.find(call, at + 1) != std::string_view::npos ||
      code.bytes.substr(std::min(after, code.bytes.size()), take_result.size()) != take_result)
    return std::nullopt;
  return at_distance(code.begin + after, static_cast<std::int32_t>(word(code.bytes, operand)));
}

struct Machine {
  std::string_view soname;  // of its dynamic linker
  std::optional<std::uint64_t> (*called_by_entry)(const Code& code);
};
constexpr Machine machines[] = {{"ld-linux-aarch64.so.1", called_by_arm64_entry},
                                {"ld-linux-x86-64.so.2", called_by_x86_64_entry}};

const Machine* machine_of(const ElfFile& elf) {
  const Section* dynamic = elf.find(".dynamic");
  if (!dynamic || dynamic->link >= elf.sections.size()) return nullptr;
  Cursor in = elf.cursor(*dynamic);
  while (in.left() >= sizeof(Elf64_Dyn)) {
    const std::uint64_t tag = in.uint(8), value = in.uint(8);
    if (tag == DT_NULL) break;
    if (tag != DT_SONAME) continue;
    Cursor names = elf.cursor(elf.sections[dynamic->link]);
    names.skip(value);
    const std::string_view soname = names.take(std::min<std::uint64_t>(names.left(), 64)).text();
    const auto* found = std::find_if(std::begin(machines), std::end(machines),
                                     [&](const Machine& m) { return m.soname == soname; });
    return found == std::end(machines) ? nullptr : found;
  }
  return nullptr;
}

/// The functions that have an FDE, by .eh_frame_hdr's table (Linux Standard Base, "Exception Frames"), whose
/// order is by address. Empty if the table isn't as every linker makes it.
std::vector<Function> functions_of(const ElfFile& elf) {
  std::vector<Function> functions;
  const Section *header = elf.find(".eh_frame_hdr"), *frames = elf.find(".eh_frame");
  if (!header || !frames) return functions;
  Cursor in = elf.cursor(*header);
  // Version 1; a pointer relative to itself, a count, a table relative to the header: four bytes each.
  if (in.uint(4) != 0x3b031b01) return functions;
  in.skip(4);
  const std::uint64_t count = in.uint(4);
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto begin = at_distance(header->address, static_cast<std::int32_t>(in.uint(4)));
    const auto entry = at_distance(header->address, static_cast<std::int32_t>(in.uint(4)));
    Cursor fde = elf.cursor(*frames);
    fde.skip(entry - frames->address);
    fde.skip(8);  // its length, and where its CIE is
    const std::uint64_t address = frames->address + (fde.position() - frames->extent.begin);
    if (at_distance(address, static_cast<std::int32_t>(fde.uint(4))) != begin) return {};
    functions.push_back({begin, begin + fde.uint(4)});
  }
  return functions;
}

}  // namespace

std::optional<Resolver> find_resolver(const ElfFile& elf) {
  const Machine* machine = machine_of(elf);
  const Section* text = elf.find(".text");
  if (!machine || !text || (text->flags & SHF_EXECINSTR) == 0) return std::nullopt;
  const std::string_view bytes = std::string_view(elf.bytes).substr(text->extent.begin, text->extent.size());
  const std::vector<Function> functions = functions_of(elf);
  Budget budget(2 * elf.bytes.size());
  std::vector<Function> entries;
  std::optional<std::uint64_t> fixup;
  for (const Function& function : functions) {
    const std::uint64_t size = function.end - function.begin, at = function.begin - text->address;
    if (size > longest_entry || at > bytes.size() || size > bytes.size() - at) continue;
    budget.spend(size);
    const auto called = machine->called_by_entry({function.begin, bytes.substr(at, size)});
    if (called && fixup && called != fixup) return std::nullopt;
    if (!called) continue;
    fixup = called;
    entries.push_back(function);
  }
  const auto is_fixup = [&](const Function& function) { return function.begin == fixup; };
  const auto found = std::find_if(functions.begin(), functions.end(), is_fixup);
  if (found == functions.end() || found->begin < text->address || found->end - text->address > bytes.size())
    return std::nullopt;
  return Resolver{std::move(entries), *found};
}

}  // namespace rspbridge::proxy::symbols
