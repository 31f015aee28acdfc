// Expansion of ~, %h and ${VARIABLE} in values of ssh_config(5) (TOKENS, ENVIRONMENT VARIABLES).
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace rspbridge::transport {

using SshTokens = std::map<char, std::string>;

/// Replaces %h and the like. Throws SshError (bad_config) for a token that isn't in the table.
std::string expand_tokens(std::string_view text, const SshTokens& tokens);

/// The same for a path: also ~, ~user and ${VARIABLE}.
std::string expand_path(std::string_view text, const SshTokens& tokens);

/// "30", "1m", "1h30m" (TIME FORMATS of sshd_config(5)); nothing if it is something else.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

/// "4G", "512M", "16K", "1000"; nothing if it is something else.
std::optional<std::uint64_t> parse_size(std::string_view text);

/// Applies a list that starts with +, - or ^ to libssh's default list; any other list is returned.
std::string combine_algorithms(std::string_view list, std::string_view defaults);

}  // namespace rspbridge::transport
