#include "proxy/cli/local_gdbs.hpp"

#include <string_view>

#include "proxy/cli/search_path.hpp"
#include "proxy/session/known_gdb.hpp"

namespace rspbridge::proxy::cli {

std::vector<LocalGdb> find_local_gdbs() {
  std::vector<LocalGdb> found;
  for (const char* name : {"gdb-multiarch", "gdb", "aarch64-linux-gnu-gdb", "lldb"}) {
    const auto path = find_program(name);
    if (!path) continue;
    const auto knowledge = inspect_gdb(*path);
    // LLDB is one program for all architectures.
    const bool native = std::string_view(name) == "lldb" || (knowledge && knowledge->aarch64);
    found.push_back({name, *path, native, knowledge && knowledge->is_gdb && knowledge->amd64});
  }
  return found;
}

}  // namespace rspbridge::proxy::cli
