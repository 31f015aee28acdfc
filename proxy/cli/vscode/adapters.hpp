// VS Code's debug adapters, and what each has in launch.json and tasks.json.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace rspbridge::proxy::cli::vscode {

/// When an adapter gets an entry that wasn't asked for by name.
enum class Suits : std::uint8_t {
  always,
  go,      ///< the program is Go's, and the target is SSH's
  by_name  ///< only if --adapter names it
};

/// One adapter. Templates are JSON in which a string "<x>" stands for the value of x; in an array, a value
/// that is an array is put in element by element. In a longer string <x> is replaced by x's text.
struct Adapter {
  std::string_view name;       ///< as --adapter takes it
  std::string_view extension;  ///< of VS Code, which knows this type
  Suits suits;
  std::string_view launch;              ///< the entry of launch.json
  std::vector<std::string_view> tasks;  ///< those of tasks.json that it needs
};

std::span<const Adapter> adapters();
/// The row of that name, or null.
const Adapter* find_adapter(std::string_view name);

using Values = std::map<std::string, nlohmann::ordered_json, std::less<>>;
/// The template with its values. Throws std::out_of_range for a value that is missing.
nlohmann::ordered_json fill(std::string_view text, const Values& values);

}  // namespace rspbridge::proxy::cli::vscode
