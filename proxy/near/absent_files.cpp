#include "proxy/near/absent_files.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>

namespace rspbridge::proxy::near {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view sysroot = "target:/";

// Each folder on the way from the first that is for debug files, and the file. Empty for a path of which
// that can't be told.
std::vector<std::string> steps_to(const std::string& path) {
  std::vector<std::string> steps;
  fs::path whole;
  const bool relative = path.starts_with(sysroot);  // GDB puts its prefix in the middle, too
  if ((!path.starts_with('/') && !relative) || !path.ends_with(".debug")) return steps;
  for (const fs::path& part : fs::path(path)) {
    if (part == "..") return {};  // with symbolic links on the way that may lead anywhere
    if (part.empty() || part == ".") continue;
    whole /= part;
    if (!steps.empty() || relative || part == "debug" || part == ".debug") steps.push_back(whole.string());
  }
  if (steps.empty()) steps.push_back(whole.string());
  return steps;
}

}  // namespace

bool AbsentFiles::is_absent(const std::string& path) const {
  const auto steps = steps_to(path);
  return std::any_of(steps.begin(), steps.end(), [this](const std::string& step) {
    const auto found = known_.find(step);
    return found != known_.end() && !found->second;
  });
}

std::vector<std::string> AbsentFiles::unknown_folders(const std::string& path) const {
  auto steps = steps_to(path);
  if (!steps.empty()) steps.pop_back();
  std::erase_if(steps, [this](const std::string& step) { return known_.contains(step); });
  return steps;
}

bool AbsentFiles::is_known(const std::string& path) const {
  const auto steps = steps_to(path);
  return !steps.empty() && known_.contains(steps.back());
}

// A folder gets here only as unknown_folders() spelled it.
void AbsentFiles::learn(const std::string& path, bool is_there) {
  const auto steps = steps_to(path);
  known_[steps.empty() ? path : steps.back()] = is_there;
}

}  // namespace rspbridge::proxy::near
