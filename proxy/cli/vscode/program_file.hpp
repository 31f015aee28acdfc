// The program's file on this machine, which debuggers read symbols from.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace rspbridge::proxy::cli::vscode {

enum class ProgramKind : std::uint8_t {
  none,   ///< it can't be read, or is no ARM64 ELF file
  plain,  ///< an ARM64 ELF file
  go      ///< one that Go's linker has written
};

/// Reads the file's sections; Go leaves .go.buildinfo or .note.go.buildid.
ProgramKind inspect_program(const std::filesystem::path& file);

/// `file` as launch.json has it: relative to ${workspaceFolder} if it is in `folder`, else absolute.
std::string workspace_path(const std::filesystem::path& file, const std::filesystem::path& folder);

}  // namespace rspbridge::proxy::cli::vscode
