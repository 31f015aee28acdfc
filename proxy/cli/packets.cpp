#include "proxy/cli/packets.hpp"

#include <fmt/format.h>

#include "proxy/near/observed.hpp"
#include "proxy/near/packet_table.hpp"

namespace rspbridge::proxy::cli {

namespace {

// Which views, and what becomes of the packet there; empty if it is as without.
std::string in_view(const near::PacketRow& row) {
  if (row.scope == near::ViewScope::none) return {};
  return std::string(near::to_string(row.scope)) + ": " + std::string(row.what_in_view);
}

}  // namespace

std::string packet_table_text() {
  std::string text =
      fmt::format("{:<26} {:<8} {:<8} {:<9} {}\n", "packet", "fate", "effect", "kept", "what becomes of it");
  for (const near::PacketRow& row : near::packet_table()) {
    text += fmt::format("{:<26} {:<8} {:<8} {:<9} {}\n", row.name, near::to_string(row.fate),
                        near::to_string(row.effect), near::to_string(row.keep), row.what);
    if (const std::string more = in_view(row); !more.empty()) text += fmt::format("{:<54} {}\n", "", more);
    text += fmt::format("{:<54} observing: {}\n", "", near::to_string(near::observed(row.name)));
  }
  return text;
}

std::string packet_table_markdown() {
  std::string text =
      "| packet | fate | effect | kept | what becomes of it | in a view | of a GDB that observes "
      "|\n|---|---|---|---|---|---|---|\n";
  for (const near::PacketRow& row : near::packet_table())
    text += fmt::format("| `{}` | {} | {} | {} | {} | {} | {} |\n", row.name, near::to_string(row.fate),
                        near::to_string(row.effect), near::to_string(row.keep), row.what, in_view(row),
                        near::to_string(near::observed(row.name)));
  return text;
}

}  // namespace rspbridge::proxy::cli
