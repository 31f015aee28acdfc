#include "proxy/near/absent_files.hpp"

#include <algorithm>
#include <filesystem>

namespace rspbridge::proxy::near {
namespace {

namespace fs = std::filesystem;

// Each folder on the way from the first that is for debug files, and the file. Empty for a path of which
// that can't be told.
std::vector<std::string> steps_to(const std::string& path) {
  std::vector<std::string> steps;
  fs::path whole;
  if (!path.starts_with('/') || !path.ends_with(".debug")) return steps;
  for (const fs::path& part : fs::path(path)) {
    if (part == "..") return {};  // with symbolic links on the way that may lead anywhere
    if (part.empty() || part == ".") continue;
    whole /= part;
    if (!steps.empty() || part == "debug" || part == ".debug") steps.push_back(whole.string());
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

void AbsentFiles::learn_file(const std::string& path, bool is_there) {
  const auto steps = steps_to(path);
  if (!steps.empty()) known_[steps.back()] = is_there;
}

}  // namespace rspbridge::proxy::near
