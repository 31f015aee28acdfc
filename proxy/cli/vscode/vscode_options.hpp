// What the verb vscode is told.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace rspbridge::proxy::cli::vscode {

struct Options {
  std::filesystem::path folder = ".";        ///< --folder: the workspace
  std::vector<std::string> adapters;         ///< --adapter; empty: those that suit
  std::filesystem::path program_file;        ///< --program-file; empty: PROGRAM on this machine
  std::uint16_t port = 0;                    ///< --port; 0: the one of an older entry, or a free one
  bool kill_on_stop = false;                 ///< --kill-on-stop
  std::vector<std::string> session_options;  ///< for the session that the task starts, as they were given
};

}  // namespace rspbridge::proxy::cli::vscode
