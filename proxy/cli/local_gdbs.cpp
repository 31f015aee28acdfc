#include "proxy/cli/local_gdbs.hpp"

#include <unistd.h>

#include <sstream>
#include <string_view>

#include "proxy/known_gdb.hpp"

namespace rspbridge::proxy::cli {

std::vector<LocalGdb> find_local_gdbs(const std::string& search_path) {
  std::vector<LocalGdb> found;
  for (const char* name : {"gdb-multiarch", "gdb", "aarch64-linux-gnu-gdb", "lldb"}) {
    std::istringstream directories(search_path);
    for (std::string directory; std::getline(directories, directory, ':');) {
      std::filesystem::path path = std::filesystem::path(directory) / name;
      if (::access(path.c_str(), X_OK) != 0) continue;
      const auto knowledge = inspect_gdb(path);
      // LLDB is one program for all architectures.
      const bool native = std::string_view(name) == "lldb" || (knowledge && knowledge->aarch64);
      found.push_back({name, path, native, knowledge && knowledge->is_gdb && knowledge->amd64});
      break;
    }
  }
  return found;
}

}  // namespace rspbridge::proxy::cli
