// Asking the agent, for messages only: libssh itself uses its keys.
#pragma once

#include <optional>
#include <string>

namespace rspbridge::transport {

/// How many keys the agent at this socket holds; nothing if there is none that answers.
std::optional<unsigned> count_agent_keys(const std::string& socket_path);

}  // namespace rspbridge::transport
