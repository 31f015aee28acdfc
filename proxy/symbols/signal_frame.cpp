#include "proxy/symbols/signal_frame.hpp"

#include "proxy/symbols/registers.hpp"
#include "proxy/symbols/signed_rules.hpp"

namespace rspbridge::proxy::symbols {
namespace {

// mov x8, #139 (rt_sigreturn); svc #0
constexpr std::string_view sigreturn("\x68\x11\x80\xd2\x01\x00\x00\xd4", 8);

// Offsets from sp: struct sigcontext (asm/sigcontext.h) in struct rt_sigframe, then the first of the
// records behind it, a struct fpsimd_context.
constexpr std::uint64_t saved_x0 = 312, saved_sp = 560, saved_pc = 568, saved_pstate = 576, fpsimd = 592,
                        saved_v0 = 608;
constexpr std::uint32_t fpsimd_magic = 0x46508001;

// DWARF numbers: ARM64's sp and v0, amd64's rsp, rip and eflags.
constexpr std::uint64_t arm64_sp = 31, arm64_v0 = 64, amd64_rsp = 7, amd64_rip = 16, amd64_eflags = 49;

// DW_CFA_…; the first has the column in its low six bits.
constexpr std::uint8_t saved_offset = 0x80, def_cfa = 0x0c, rule_expression = 0x10, val_expression = 0x16;
// DW_OP_…
constexpr std::uint8_t op_const2u = 0x0a, op_const4u = 0x0c, op_dup = 0x12, op_drop = 0x13, op_over = 0x14,
                       op_swap = 0x16, op_and = 0x1a, op_neg = 0x1f, op_or = 0x21, op_plus_uconst = 0x23,
                       op_shl = 0x24, op_shr = 0x25, op_ne = 0x2e, op_lit0 = 0x30, op_deref_size = 0x94;

constexpr std::uint64_t data_factor = 8;

void add(std::string& out, std::initializer_list<std::uint8_t> bytes) {
  for (const std::uint8_t byte : bytes) add_uint(out, byte, 1);
}

void add_saved_at(std::string& out, std::uint64_t column, std::uint64_t offset) {
  add_uint(out, saved_offset | column, 1);
  add_uleb(out, offset / data_factor);
}

void add_expression(std::string& out, std::uint8_t opcode, std::uint64_t column, const std::string& code) {
  add(out, {opcode});
  add_uleb(out, column);
  add_uleb(out, code.size());
  out += code;
}

/// Where v`number` is: behind the record's magic, and on the first page, where nothing is, if that isn't
/// there.
std::string vector_place(std::uint64_t number) {
  std::string code;
  add(code, {op_dup, op_plus_uconst});
  add_uleb(code, fpsimd);
  add(code, {op_deref_size, 4, op_const4u});
  add_uint(code, fpsimd_magic, 4);
  add(code, {op_ne, op_neg, op_or});  // the CFA, or -1
  add(code, {op_plus_uconst});
  add_uleb(code, saved_v0 + 16 * number);
  return code;
}

/// eflags, made of pstate's N, Z, C and V.
std::string flags_value() {
  struct Flag {
    std::uint8_t pstate_bit, eflags_bit;
  };
  constexpr Flag flags[] = {{31, 7}, {30, 6}, {29, 0}, {28, 11}};
  constexpr std::uint64_t always_set = 0x202;
  std::string code;
  add(code, {op_plus_uconst});
  add_uleb(code, saved_pstate);
  add(code, {op_deref_size, 4, op_const2u});
  add_uint(code, always_set, 2);
  for (const auto [from, to] : flags) {
    const auto right = static_cast<std::uint8_t>(op_lit0 + from), one = std::uint8_t{op_lit0 + 1},
               left = static_cast<std::uint8_t>(op_lit0 + to);
    add(code, {op_over, right, op_shr, one, op_and, left, op_shl, op_or});
  }
  add(code, {op_swap, op_drop});
  return code;
}

/// The CFA is sp.
void add_rules(std::string& out) {
  add(out, {def_cfa, amd64_rsp, 0});
  for (const rsp::Role& role : rsp::x86_64_roles) {
    if (role.arm64_dwarf == arm64_sp)
      add_saved_at(out, role.amd64_dwarf, saved_sp);
    else if (role.arm64_dwarf < arm64_sp)
      add_saved_at(out, role.amd64_dwarf, saved_x0 + 8u * role.arm64_dwarf);
    else
      add_expression(out, rule_expression, role.amd64_dwarf, vector_place(role.arm64_dwarf - arm64_v0));
  }
  add_saved_at(out, amd64_rip, saved_pc);
  add_expression(out, val_expression, amd64_eflags, flags_value());
}

void add_entry(std::string& out, std::string body) {
  while ((body.size() + 4) % 8 != 0) body += '\0';  // DW_CFA_nop
  add_uint(out, body.size(), 4);
  out += body;
}

}  // namespace

std::vector<std::uint64_t> find_sigreturns(std::string_view code) {
  std::vector<std::uint64_t> found;
  for (auto at = code.find(sigreturn); at != std::string_view::npos; at = code.find(sigreturn, at + 1))
    if (at % 4 == 0) found.push_back(at);
  return found;
}

std::string describe_signal_frames(const std::vector<std::uint64_t>& addresses) {
  std::string frames, cie;
  add_uint(cie, 0xffffffff, 4);
  // Version 1, a signal frame, code factor 1, data factor 8; rip is the return address; no more data.
  add(cie, {1, 'z', 'S', 0, 1, data_factor, amd64_rip, 0});
  add_rules(cie);
  add_entry(frames, std::move(cie));
  for (const std::uint64_t address : addresses) {
    std::string fde;
    add_uint(fde, 0, 4);
    // One byte early: before GDB knows that this is a signal frame it looks at what is before the return
    // address, and another function's description may end there.
    add_uint(fde, address - 1, 8);
    add_uint(fde, sigreturn.size() + 1, 8);
    add_uint(fde, 0, 1);
    add_entry(frames, std::move(fde));
  }
  return frames;
}

}  // namespace rspbridge::proxy::symbols
