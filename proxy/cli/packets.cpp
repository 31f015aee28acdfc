#include "proxy/cli/packets.hpp"

#include <fmt/format.h>

#include "proxy/near/packet_table.hpp"

namespace rspbridge::proxy::cli {

std::string packet_table_text() {
  std::string text = fmt::format("{:<20} {:<8} {:<8} {}\n", "packet", "fate", "effect", "what becomes of it");
  for (const near::PacketRow& row : near::packet_table())
    text += fmt::format("{:<20} {:<8} {:<8} {}\n", row.name, near::to_string(row.fate),
                        near::to_string(row.effect), row.what);
  return text;
}

std::string packet_table_markdown() {
  std::string text = "| packet | fate | effect | what becomes of it |\n|---|---|---|---|\n";
  for (const near::PacketRow& row : near::packet_table())
    text += fmt::format("| `{}` | {} | {} | {} |\n", row.name, near::to_string(row.fate),
                        near::to_string(row.effect), row.what);
  return text;
}

}  // namespace rspbridge::proxy::cli
