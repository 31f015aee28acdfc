#include "proxy/far/calls.hpp"

#include <string>

#include "rsp/escape.hpp"

namespace rspbridge::proxy::far {

using link::Machine;
using link::MachineRow;
using link::register_in;

namespace {

constexpr std::uint64_t address_bits = 0x0000ffffffffffff;  // the others may hold a signature

std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t size) {
  return rsp::little_endian(bytes.substr(at, size));
}
unsigned byte(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}
/// The low `bits` of a number in two's complement.
std::uint64_t extended(std::uint64_t value, unsigned bits) {
  const std::uint64_t sign = std::uint64_t{1} << (bits - 1);
  return ((value & (2 * sign - 1)) ^ sign) - sign;
}

// BL, BLR, and BLRAA and its like (Arm ARM, C6.2).
bool aarch64_calls(std::string_view before, std::uint64_t return_address, std::uint64_t pc,
                   std::string_view g) {
  const std::uint64_t code = number(before, call_size - 4, 4);
  if (code >> 26 == 0x25) return return_address - 4 + 4 * extended(code, 26) == pc;
  const bool plain = (code & 0xfffffc1f) == 0xd63f0000;
  const bool with_authentication = (code & 0xfefff800) == 0xd63f0800;
  if (!plain && !with_authentication) return false;
  const auto regnum = static_cast<unsigned>(code >> 5 & 31);
  const auto target = regnum < 30 ? register_in(g, regnum) : std::nullopt;
  return target && ((*target ^ pc) & (plain ? ~std::uint64_t{0} : address_bits)) == 0;
}

// FF /2: how long it is from ModR/M on, without an immediate (AMD64 manual, volume 3, "ModRM and SIB Bytes").
std::size_t operand_size(unsigned modrm, unsigned sib) {
  const unsigned mod = modrm >> 6, rm = modrm & 7;
  if (mod == 3) return 1;
  const std::size_t with_sib = rm == 4 ? 2 : 1;
  if (mod == 1) return with_sib + 1;
  const bool absolute = mod == 0 && (rm == 5 || (rm == 4 && (sib & 7) == 5));
  return mod == 2 || absolute ? with_sib + 4 : with_sib;
}

bool x86_64_calls(std::string_view before, std::uint64_t return_address, std::uint64_t pc) {
  if (byte(before, call_size - 5) == 0xe8 &&
      return_address + extended(number(before, call_size - 4, 4), 32) == pc)
    return true;
  for (std::size_t size = 2; size < call_size; ++size) {
    const std::size_t start = call_size - size;
    const unsigned modrm = byte(before, start + 1);
    const unsigned sib = size > 2 ? byte(before, start + 2) : 0;
    if (byte(before, start) == 0xff && (modrm >> 3 & 7) == 2 && operand_size(modrm, sib) == size - 1)
      return true;
  }
  return false;
}

// adrp x16, page; ldr x17, [x16, #offset]
std::optional<std::uint64_t> aarch64_slot(std::string_view code, std::uint64_t pc) {
  constexpr std::uint64_t bti_c = 0xd503245f;
  const std::size_t first = number(code, 0, 4) == bti_c ? 4 : 0;
  const std::uint64_t adrp = number(code, first, 4), load = number(code, first + 4, 4);
  if ((adrp & 0x9f00001f) != 0x90000010 || (load & 0xffc003ff) != 0xf9400211) return std::nullopt;
  const std::uint64_t pages = extended((adrp >> 5 & 0x7ffff) << 2 | (adrp >> 29 & 3), 21);
  return ((pc + first) & ~std::uint64_t{0xfff}) + (pages << 12) + (load >> 10 & 0xfff) * 8;
}

// [endbr64] [bnd] jmp *slot(%rip)
std::optional<std::uint64_t> x86_64_slot(std::string_view code, std::uint64_t pc) {
  std::size_t at = code.substr(0, 4) == "\xf3\x0f\x1e\xfa" ? 4 : 0;
  if (byte(code, at) == 0xf2) ++at;
  if (byte(code, at) != 0xff || byte(code, at + 1) != 0x25) return std::nullopt;
  return pc + at + 6 + extended(number(code, at + 2, 4), 32);
}

}  // namespace

bool calls_here(const MachineRow& machine, std::string_view before, std::uint64_t return_address,
                std::string_view g) {
  const auto pc = register_in(g, machine.pc_regnum);
  if (before.size() != call_size || !pc) return false;
  if (machine.machine == Machine::aarch64) return aarch64_calls(before, return_address, *pc, g);
  return x86_64_calls(before, return_address, *pc);
}

std::optional<std::uint64_t> plt_slot(Machine machine, std::string_view code, std::uint64_t pc) {
  if (code.size() < plt_entry_size) return std::nullopt;
  return machine == Machine::aarch64 ? aarch64_slot(code, pc) : x86_64_slot(code, pc);
}

}  // namespace rspbridge::proxy::far
