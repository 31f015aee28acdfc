// Command lines for a login shell that isn't known.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rspbridge::proxy::launch {

/// A command for an SSH exec channel that runs `script` by /bin/sh with `arguments` as $1, $2, …,
/// each of them byte for byte, whatever the login shell that sshd hands the command to (sh, bash,
/// dash, ash, zsh, csh, tcsh, fish): between its single quotes is nothing that any of these reads
/// specially, since arguments are written in octal for printf where they need it. (csh takes no
/// argument of more than about 1,000 bytes.)
///
/// `script` must have no single quote, no newline and no `!`, and a backslash only before a digit.
/// No argument may hold a NUL (none can be passed to a program).
std::string login_shell_command(std::string_view script, const std::vector<std::string>& arguments);

/// The same for a long script without arguments: it is handed over in pieces that even csh takes.
///
/// `script` must have no single quote, no newline, no `!` and no backslash.
std::string login_shell_script(std::string_view script);

}  // namespace rspbridge::proxy::launch
