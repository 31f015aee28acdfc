// The ports of the tasks: fixed when they are written, since launch.json names them, too.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace rspbridge::proxy::cli::vscode {

/// The port that a task listens on: what follows --listen, or what -L forwards; 0 if it has neither.
std::uint16_t task_port(const nlohmann::ordered_json& task);

/// The port of the task of that label; else one that is free on 127.0.0.1 now and no other task's, the same
/// for the same `seed` if it can be. Throws Failure if there is none.
std::uint16_t choose_port(const std::vector<nlohmann::ordered_json>& tasks, std::string_view label,
                          const std::string& seed);

}  // namespace rspbridge::proxy::cli::vscode
