// Puts entries of ours among others in launch.json and tasks.json.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

namespace rspbridge::proxy::cli::vscode {

/// Which of VS Code's files: how it is built.
struct FileKind {
  const char* name;      ///< "launch.json"
  const char* version;   ///< the only one that is understood
  const char* array;     ///< the member that holds the entries
  const char* identity;  ///< an entry's member that names it
};
inline constexpr FileKind launch_file{"launch.json", "0.2.0", "configurations", "name"};
inline constexpr FileKind tasks_file{"tasks.json", "2.0.0", "tasks", "label"};

/// `text`, the whole file, with `entries` in it. One whose name is there already takes that one's place; an
/// equal one is left as it is written. Others are added at the end of the array. All else stays byte for
/// byte, but for blanks in front of a bracket that closes on the last entry's line; what is added is indented
/// as the file is, with its line ends. An empty text gives a new file. The error is as located() has it.
tl::expected<std::string, std::string> merge(const FileKind& kind, std::string text,
                                             const std::vector<nlohmann::ordered_json>& entries);

/// All entries, without comments. The error is as located() has it.
tl::expected<std::vector<nlohmann::ordered_json>, std::string> entries(const FileKind& kind,
                                                                       std::string_view text);

}  // namespace rspbridge::proxy::cli::vscode
