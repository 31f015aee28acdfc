#include "proxy/triage/thread_state.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "rsp/escape.hpp"

namespace rspbridge::proxy::triage {
namespace {

struct Row {
  std::string_view name;  ///< of one register, or what comes before the numbers of several
  unsigned count;         ///< how many, from 0; 0: one without a number
  std::size_t number;     ///< DWARF's, of the first
};
// Several names of one register are different stubs'.
constexpr std::array<Row, 5> rows{{{"x", 31, 0}, {"fp", 0, 29}, {"lr", 0, 30}, {"sp", 0, 31}, {"v", 32, 64}}};

std::optional<std::uint64_t> low_half(const rsp::RegisterValues& values, const std::string& name) {
  const auto* found = values.layout().find(name);
  const auto bytes =
      found ? values.get_low(found->regnum, std::min<std::size_t>(found->size, 8)) : std::nullopt;
  return bytes ? std::optional(rsp::little_endian(*bytes)) : std::nullopt;
}

}  // namespace

void set_registers(ThreadState& state, const rsp::RegisterValues& values) {
  for (const Row& row : rows)
    for (unsigned i = 0; i < std::max(row.count, 1U); ++i)
      if (const auto value = low_half(values, std::string(row.name) + (row.count ? std::to_string(i) : "")))
        state.registers.values[row.number + i] = value;
  state.registers.pc = low_half(values, "pc");
  for (const auto& one : values.layout().registers()) {
    if (one.size > 8) continue;
    const auto bytes = values.get(one.regnum);
    state.named.emplace_back(one.name, bytes ? std::optional(rsp::little_endian(*bytes)) : std::nullopt);
  }
}

}  // namespace rspbridge::proxy::triage
