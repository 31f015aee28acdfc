#include "proxy/cli/packets.hpp"

#include <fmt/format.h>

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
  std::string text = fmt::format("{:<20} {:<8} {:<8} {}\n", "packet", "fate", "effect", "what becomes of it");
  for (const near::PacketRow& row : near::packet_table()) {
    text += fmt::format("{:<20} {:<8} {:<8} {}\n", row.name, near::to_string(row.fate),
                        near::to_string(row.effect), row.what);
    if (const std::string more = in_view(row); !more.empty()) text += fmt::format("{:<38} {}\n", "", more);
  }
  return text;
}

std::string packet_table_markdown() {
  std::string text = "| packet | fate | effect | what becomes of it | in a view |\n|---|---|---|---|---|\n";
  for (const near::PacketRow& row : near::packet_table())
    text += fmt::format("| `{}` | {} | {} | {} | {} |\n", row.name, near::to_string(row.fate),
                        near::to_string(row.effect), row.what, in_view(row));
  return text;
}

}  // namespace rspbridge::proxy::cli
