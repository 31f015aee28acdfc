// Which session a command is about.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/registry/ready_file.hpp"

namespace rspbridge::proxy::cli::look {

/// The sessions of this user that run. Warns of files that are no session's. Throws cli::Failure.
std::vector<registry::Ready> running_sessions();

/// What it debugs, in a few words: its program, or the verb.
std::string what_runs(const registry::Ready& session);

/// Whether any session's ID begins with `wanted`, or GDB connects there.
bool has_session(const std::vector<registry::Ready>& sessions, std::string_view wanted);

/// The session whose ID begins with `wanted`, or is `wanted`, or where GDB connects at `wanted`
/// ("127.0.0.1:2345"); the only one if that is empty. Throws cli::Failure that says how to go on, with a list
/// where there are several.
const registry::Ready& choose_session(const std::vector<registry::Ready>& sessions, std::string_view wanted);

struct HttpAddress {
  std::string url;
  std::optional<std::string> token_file;  ///< where the session tells that it wants a token

  bool operator==(const HttpAddress&) const = default;
};

/// The HTTP address of the session that --session names: an ID or its beginning, http://…, the path of a
/// ready file (which has a '/', or ends with .json), or nothing. Throws cli::Failure.
HttpAddress session_address(const std::string& wanted);

}  // namespace rspbridge::proxy::cli::look
