// Register views under arbitrary descriptions and values. The input is split at NUL bytes: the stub's
// target.xml, a user's view, the stub's `g`, and what GDB writes with `G`.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rsp/register_view.hpp"
#include "tests/fuzz/require.hpp"

namespace rspbridge::fuzz {

/// Reads and writes every register of a view. `payload` is what GDB writes.
inline void drive_view(const rsp::CompiledView& view, std::string_view g, std::string_view payload) {
  using namespace rsp;
  const auto parsed = RegisterValues::parse(view.stub_layout(), g);
  require(parsed || !parsed.error().empty(), "an error has a sentence");
  const auto stub = parsed.value_or(RegisterValues(view.stub_layout()));
  const auto shown = view.read(stub);
  std::string singly;
  std::vector<ExpeditedRegister> pairs;
  for (const auto& reg : view.stub_layout().registers())
    pairs.emplace_back(reg.regnum, *stub.get_hex(reg.regnum));
  for (const auto& reg : view.layout().registers()) {
    singly += *view.read_one(reg.regnum, stub);
    for (const auto source : view.sources(reg.regnum)) {
      require(stub.layout().find(source) != nullptr, "sources are registers of the stub");
    }
    const auto value = std::string(payload.substr(0, reg.size));
    const auto writes = view.write(reg.regnum, value, stub);
    require(writes || !writes.error().empty(), "an error has a sentence");
    if (!writes) continue;
    auto after = stub;
    for (const auto& write : *writes) require(after.set(write.regnum, write.bytes), "writes fit the stub");
    const bool ignored = writes->empty();
    const bool flags = reg.name == "eflags";  // whose fixed bits may be written, and are shown as ever
    require(ignored || flags || view.read(after).get(reg.regnum) == value, "what is written is shown");
  }
  require(shown.format() == singly, "g and p show the same");
  require(view.rewrite_expedited(pairs).size() <= view.layout().registers().size(), "each register once");
  if (const auto wanted = RegisterValues::parse(view.layout(), payload)) {
    const auto writes = view.difference(shown, *wanted, stub);
    require(writes || !writes.error().empty(), "an error has a sentence");
  }
  require(view.difference(shown, shown, stub)->empty(), "no change is no write");
}

inline void view(std::string_view data) {
  std::array<std::string_view, 4> parts;
  for (auto& part : parts) {
    part = data.substr(0, data.find('\0'));
    data.remove_prefix(std::min(part.size() + 1, data.size()));
  }
  rsp::DescriptionLimits limits;
  limits.max_bytes = 65536;
  limits.max_registers = 256;
  limits.max_register_bits = 4096;
  const auto stub = rsp::parse_target_description(parts[0], {}, limits);
  if (!stub) return;
  for (const auto& definition : {rsp::core_view(*stub, {true, 0x7f000000000000}), rsp::x86_64_view(*stub),
                                 rsp::file_view(std::string(parts[1]), "the view")}) {
    require(definition || !definition.error().empty(), "an error has a sentence");
    if (!definition) continue;
    const auto compiled = rsp::CompiledView::compile(*definition, *stub);
    require(compiled || !compiled.error().empty(), "an error has a sentence");
    if (compiled) drive_view(*compiled, parts[2], parts[3]);
  }
}

}  // namespace rspbridge::fuzz
