#include "rsp/register_move.hpp"

#include <algorithm>
#include <array>

namespace rspbridge::rsp {
namespace {

struct FlagBit {
  int cpsr, eflags;
};
/// N, Z, C and V of PSTATE as cpsr has them (Arm ARM, C5.2, "NZCV") and SF, ZF, CF and OF
/// (Intel SDM volume 1, 3.4.3, "EFLAGS Register").
constexpr std::array<FlagBit, 4> flag_bits{{{31, 7}, {30, 6}, {29, 0}, {28, 11}}};
/// What a Linux process always has: the reserved bit 1, and IF.
constexpr std::uint32_t fixed_eflags = 0x202;
constexpr std::size_t flags_size = 4;

std::uint32_t to_number(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < flags_size; ++i) {
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return value;
}

/// The low bytes of `value`, and zeroes above.
std::string to_bytes(std::uint32_t value, std::size_t size) {
  std::string out(size, '\0');
  for (std::size_t i = 0; i < std::min(size, flags_size); ++i) out[i] = static_cast<char>(value >> (8 * i));
  return out;
}

std::uint32_t eflags_of(std::uint32_t cpsr) {
  std::uint32_t eflags = fixed_eflags;
  for (const auto& bit : flag_bits) eflags |= (cpsr >> bit.cpsr & 1U) << bit.eflags;
  return eflags;
}

using PatchResult = tl::expected<std::optional<Patch>, std::string>;

PatchResult patch_flags(const Move& move, std::string_view bytes) {
  const auto eflags = to_number(bytes);
  std::uint32_t cpsr = 0, cpsr_mask = 0, known = fixed_eflags;
  for (const auto& bit : flag_bits) {
    cpsr |= (eflags >> bit.eflags & 1U) << bit.cpsr;
    cpsr_mask |= 1U << bit.cpsr;
    known |= 1U << bit.eflags;
  }
  if ((eflags & ~known) != 0) {
    return tl::unexpected(move.view_name + ": only CF, ZF, SF and OF exist on the target");
  }
  return Patch{move.stub_regnum, to_bytes(cpsr, move.stub_size), to_bytes(cpsr_mask, move.stub_size)};
}

PatchResult patch_copy(const Move& move, std::string_view bytes) {
  const auto low = std::min(move.view_size, move.stub_size);
  if (bytes.find_first_not_of('\0', low) != std::string_view::npos) {
    return tl::unexpected(move.view_name + ": only its low " + std::to_string(low) +
                          " bytes exist on the target");
  }
  Patch out{move.stub_regnum, std::string(bytes.substr(0, low)), std::string(low, '\xff')};
  out.bytes.resize(move.stub_size, '\0');
  out.mask.resize(move.stub_size, '\0');
  return out;
}

}  // namespace

std::optional<std::string> show(const Move& move, const RegisterValues& stub) {
  switch (move.kind) {
    case Source::Kind::copy: {
      auto bytes = stub.get_low(move.stub_regnum, std::min(move.view_size, move.stub_size));
      if (bytes) bytes->resize(move.view_size, '\0');
      return bytes;
    }
    case Source::Kind::flags: {
      const auto cpsr = stub.get_low(move.stub_regnum, flags_size);
      if (!cpsr) return std::nullopt;
      return to_bytes(eflags_of(to_number(*cpsr)), move.view_size);
    }
    case Source::Kind::constant:
      return move.constant;
    case Source::Kind::unavailable:
      break;
  }
  return std::nullopt;
}

PatchResult patch(const Move& move, std::string_view bytes, const std::optional<std::string>& shown) {
  if (bytes.size() != move.view_size) {
    return tl::unexpected(move.view_name + ": " + std::to_string(bytes.size()) + " bytes for a register of " +
                          std::to_string(move.view_size));
  }
  if (move.kind == Source::Kind::copy) return patch_copy(move, bytes);
  if (move.kind == Source::Kind::flags) return patch_flags(move, bytes);
  if (move.ignores_writes || bytes == shown) return std::nullopt;
  return tl::unexpected(move.view_name + ": the target has no such register, so that it can't be written");
}

bool merge(Patch& patch, const Patch& more) {
  for (std::size_t i = 0; i < patch.bytes.size(); ++i) {
    if (((patch.bytes[i] ^ more.bytes[i]) & patch.mask[i] & more.mask[i]) != 0) return false;
    const auto taken = more.bytes[i] & more.mask[i];
    patch.bytes[i] = static_cast<char>((patch.bytes[i] & patch.mask[i]) | taken);
    patch.mask[i] = static_cast<char>(patch.mask[i] | more.mask[i]);
  }
  return true;
}

std::optional<std::string> apply(const Patch& patch, const RegisterValues& stub) {
  const bool whole = patch.mask.find_first_not_of('\xff') == std::string::npos;
  if (whole) return patch.bytes;
  auto bytes = stub.get(patch.regnum);
  if (!bytes || bytes->size() != patch.bytes.size()) return std::nullopt;
  for (std::size_t i = 0; i < bytes->size(); ++i) {
    const auto kept = (*bytes)[i] & ~patch.mask[i];
    (*bytes)[i] = static_cast<char>(kept | (patch.bytes[i] & patch.mask[i]));
  }
  return bytes;
}

}  // namespace rspbridge::rsp
