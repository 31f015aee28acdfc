// Target descriptions as stubs for AArch64 have them, for tests of views.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rsp/register_values.hpp"
#include "rsp/target_description.hpp"

namespace rspbridge::rsp::testing {

/// A register and its size in bits.
struct Shape {
  std::string name;
  std::uint32_t bits = 64;
};

/// A description of one feature `f` with these registers, numbered from 0.
inline TargetDescription described(const std::vector<Shape>& registers) {
  TargetDescription out{"aarch64", "", {{"f", {}}}};
  for (const auto& reg : registers) {
    const auto regnum = static_cast<std::uint32_t>(out.features.front().registers.size());
    out.features.front().registers.push_back({reg.name, "int", "", reg.bits, regnum});
  }
  return out;
}

inline void add_feature(TargetDescription& to, std::string name, const std::vector<Shape>& registers) {
  std::uint32_t regnum = 0;
  for (const auto& feature : to.features) regnum += static_cast<std::uint32_t>(feature.registers.size());
  to.features.push_back({std::move(name), {}});
  for (const auto& reg : registers) {
    to.features.back().registers.push_back({reg.name, "int", "", reg.bits, regnum++});
  }
}

inline std::vector<Shape> numbered_shapes(const std::string& prefix, int count, std::uint32_t bits) {
  std::vector<Shape> out;
  for (int i = 0; i < count; ++i) out.push_back({prefix + std::to_string(i), bits});
  return out;
}

/// As gdbserver describes a core: `vector_prefix` is "v", or "z" on one with SVE.
inline TargetDescription gdbserver_description(const std::string& vector_prefix = "v",
                                               std::uint32_t vector_bits = 128) {
  TargetDescription out{"aarch64", "GNU/Linux", {}};
  auto core = numbered_shapes("x", 31, 64);
  core.insert(core.end(), {{"sp", 64}, {"pc", 64}, {"cpsr", 32}});
  add_feature(out, "org.gnu.gdb.aarch64.core", core);
  auto vectors = numbered_shapes(vector_prefix, 32, vector_bits);
  vectors.insert(vectors.end(), {{"fpsr", 32}, {"fpcr", 32}});
  add_feature(out, vector_prefix == "v" ? "org.gnu.gdb.aarch64.fpu" : "org.gnu.gdb.aarch64.sve", vectors);
  return out;
}

/// A number as the bytes of a register.
inline std::string bytes_of(std::uint64_t value, std::size_t size = 8) {
  std::string out(size, '\0');
  for (std::size_t i = 0; i < size && i < 8; ++i) out[i] = static_cast<char>(value >> (8 * i));
  return out;
}

/// Values in which every register is known: byte i of register n is n * 16 + i.
inline RegisterValues patterned(const RegisterLayout& layout) {
  RegisterValues out(layout);
  for (const auto& reg : layout.registers()) {
    std::string bytes;
    for (std::size_t i = 0; i < reg.size; ++i) bytes += static_cast<char>(reg.regnum * 16 + i);
    out.set(reg.regnum, bytes);
  }
  return out;
}

}  // namespace rspbridge::rsp::testing
