#include "proxy/cli/vscode/program_file.hpp"

#include <algorithm>

#include "proxy/symbols/elf_file.hpp"
#include "proxy/symbols/files.hpp"

namespace rspbridge::proxy::cli::vscode {

ProgramKind inspect_program(const std::filesystem::path& file) {
  const auto bytes = symbols::read_file(file);
  if (!bytes || symbols::refuse(*bytes, file.string())) return ProgramKind::none;
  try {
    const auto sections = symbols::read_sections(*bytes);
    const bool go = std::any_of(sections.begin(), sections.end(), [](const symbols::Section& section) {
      return section.name == ".go.buildinfo" || section.name == ".note.go.buildid";
    });
    return go ? ProgramKind::go : ProgramKind::plain;
  } catch (const symbols::Malformed&) {
    return ProgramKind::none;
  }
}

std::string workspace_path(const std::filesystem::path& file, const std::filesystem::path& folder) {
  const auto absolute = std::filesystem::weakly_canonical(file);
  const auto relative = absolute.lexically_relative(std::filesystem::weakly_canonical(folder));
  if (relative.empty() || *relative.begin() == ".." || relative == ".") return absolute.string();
  return "${workspaceFolder}/" + relative.string();
}

}  // namespace rspbridge::proxy::cli::vscode
