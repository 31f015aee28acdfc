// The GDBs on this host, and what each can debug.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace rspbridge::proxy::cli {

struct LocalGdb {
  std::string name;
  std::filesystem::path path;
  bool knows_aarch64 = false;
};

/// The known debuggers' names that are in `search_path` (as $PATH). Executables are read, never run.
std::vector<LocalGdb> find_local_gdbs(const std::string& search_path);

/// Whether the executable holds the name of an architecture that only a GDB with AArch64 support
/// lists. False if it can't be read.
bool knows_aarch64(const std::filesystem::path& executable);

}  // namespace rspbridge::proxy::cli
