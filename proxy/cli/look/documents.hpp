// What HTTP answers, as text for people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "proxy/cli/look/terminal.hpp"
#include "proxy/registry/ready_file.hpp"

namespace rspbridge::proxy::cli::look {

// Each throws nlohmann::json::exception if the document isn't of the shape that docs/http.md tells.

/// /debug/elf/memmap: a line a mapping, with a bar of what is populated; then how much all of it is.
std::string memmap_text(const nlohmann::json& document, const Terminal& terminal);
/// /debug/threads: a line a thread, the one that stopped marked.
std::string threads_text(const nlohmann::json& document, const Terminal& terminal);
/// /debug/registers: as many columns as fit; those that are wider than 64 bits after the others.
std::string registers_text(const nlohmann::json& document, const Terminal& terminal);

std::string sessions_text(const std::vector<registry::Ready>& sessions, const Terminal& terminal);

}  // namespace rspbridge::proxy::cli::look
