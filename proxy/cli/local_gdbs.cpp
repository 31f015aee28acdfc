#include "proxy/cli/local_gdbs.hpp"

#include <unistd.h>
#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <sstream>
#include <string_view>
#include <system_error>

namespace rspbridge::proxy::cli {

bool knows_aarch64(const std::filesystem::path& executable) {
  constexpr std::string_view mark = "aarch64:ilp32";
  std::ifstream in(executable, std::ios::binary);
  std::string window;
  std::array<char, 1 << 16> buffer{};
  while (in.read(buffer.data(), buffer.size()), in.gcount() > 0) {
    window.append(buffer.data(), static_cast<std::size_t>(in.gcount()));
    if (std::search(window.begin(), window.end(),
                    std::boyer_moore_horspool_searcher(mark.begin(), mark.end())) != window.end())
      return true;
    if (window.size() > mark.size()) window.erase(0, window.size() - mark.size());
  }
  return false;
}

std::vector<LocalGdb> find_local_gdbs(const std::string& search_path) {
  std::vector<LocalGdb> found;
  for (const char* name : {"gdb-multiarch", "gdb", "aarch64-linux-gnu-gdb", "lldb"}) {
    std::istringstream directories(search_path);
    for (std::string directory; std::getline(directories, directory, ':');) {
      std::filesystem::path path = std::filesystem::path(directory) / name;
      if (::access(path.c_str(), X_OK) != 0) continue;
      // LLDB is one program for all architectures.
      found.push_back({name, path, std::string_view(name) == "lldb" || knows_aarch64(path)});
      break;
    }
  }
  return found;
}

}  // namespace rspbridge::proxy::cli
