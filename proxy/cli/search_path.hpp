// Programs of this machine, as a shell finds them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace rspbridge::proxy::cli {

/// The folders that $PATH names, in its order; /usr/bin and /bin if it isn't set.
std::vector<std::filesystem::path> search_path();

/// Where the program of that name is, which has no slash: in the first of search_path() that has one that may
/// be executed.
std::optional<std::filesystem::path> find_program(const std::string& name);

}  // namespace rspbridge::proxy::cli
