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
  bool knows_amd64 = false;  ///< so that the x86_64 view does
};

/// The known debuggers that are in $PATH, the first of each name. Executables are read, never run.
std::vector<LocalGdb> find_local_gdbs();

}  // namespace rspbridge::proxy::cli
