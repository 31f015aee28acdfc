// `rspbridge packets`.
#pragma once

#include <string>

namespace rspbridge::proxy::cli {

/// The packet table as aligned text, or as the Markdown table of docs/packets.md.
std::string packet_table_text();
std::string packet_table_markdown();

}  // namespace rspbridge::proxy::cli
