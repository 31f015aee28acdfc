// The folder where this user's sessions leave their sockets and files.
#pragma once

#include <filesystem>
#include <optional>

namespace rspbridge::proxy::registry {

/// `$XDG_RUNTIME_DIR/rspbridge`, else `/tmp/rspbridge-UID`: made if need be, of mode 0700. Throws
/// std::system_error if it can't be, and if what is there is a symbolic link, another user's or open to
/// others.
std::filesystem::path make_session_folder();

/// The same folder if it is there; makes none. Throws as make_session_folder().
std::optional<std::filesystem::path> find_session_folder();

}  // namespace rspbridge::proxy::registry
