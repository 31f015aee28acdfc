#include "proxy/cli/search_path.hpp"

#include <cstdlib>
#include <sstream>

#include <unistd.h>

namespace rspbridge::proxy::cli {

std::vector<std::filesystem::path> search_path() {
  const char* path = std::getenv("PATH");
  std::istringstream text(path ? path : "/usr/bin:/bin");
  std::vector<std::filesystem::path> folders;
  for (std::string folder; std::getline(text, folder, ':');) folders.emplace_back(folder);
  return folders;
}

std::optional<std::filesystem::path> find_program(const std::string& name) {
  for (const auto& folder : search_path()) {
    std::filesystem::path program = folder / name;
    if (::access(program.c_str(), X_OK) == 0) return program;
  }
  return std::nullopt;
}

}  // namespace rspbridge::proxy::cli
