// The verb vscode: F5 in VS Code debugs a program through rspbridge.
#pragma once

#include <string>
#include <vector>

#include "proxy/cli/local_gdbs.hpp"
#include "proxy/cli/options.hpp"

namespace rspbridge::proxy::cli::vscode {

/// Writes or merges launch.json and tasks.json of the folder's .vscode. Both are understood before either is
/// written. Returns the exit code. Throws Failure.
int write_files(const cli::Options& options);

/// The GDB for ARM64 among these: the first one that knows it, else the first one that can do with the x86_64
/// view; "gdb-multiarch" if there is none, which the log tells.
std::string choose_gdb(const std::vector<LocalGdb>& gdbs);

}  // namespace rspbridge::proxy::cli::vscode
