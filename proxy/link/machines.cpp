#include "proxy/link/machines.hpp"

#include <cstddef>

#include "rsp/escape.hpp"

namespace rspbridge::proxy::link {
namespace {

constexpr MachineRow rows[] = {
    {Machine::aarch64, "aarch64", 31, 32, 30, 0, 4},
    {Machine::x86_64, "i386:x86-64", 7, 16, std::nullopt, 8, 1},
};

}  // namespace

const MachineRow* machine_row(Machine machine) {
  for (const MachineRow& row : rows)
    if (row.machine == machine) return &row;
  return nullptr;
}

const MachineRow* machine_row(std::string_view architecture) {
  for (const MachineRow& row : rows)
    if (row.architecture == architecture) return &row;
  return nullptr;
}

std::optional<std::uint64_t> register_in(std::string_view g, unsigned regnum) {
  constexpr std::size_t digits = 2 * sizeof(std::uint64_t);
  if (g.size() < digits * (regnum + std::size_t{1})) return std::nullopt;
  const auto bytes = rsp::from_hex(g.substr(digits * regnum, digits));
  if (!bytes) return std::nullopt;
  return rsp::little_endian(*bytes);
}

}  // namespace rspbridge::proxy::link
