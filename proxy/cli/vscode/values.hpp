// What the templates of the adapters are filled with.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "proxy/cli/options.hpp"
#include "proxy/cli/vscode/adapters.hpp"

namespace rspbridge::proxy::cli::vscode {

/// "rspbridge: ./app on board", which entries begin with: they are found again by it.
std::string title(const cli::Options& options);
/// The label of the task that runs Delve.
std::string delve_title(const cli::Options& options);

/// What of this machine the entries name.
struct Surroundings {
  std::string rspbridge, gdb;                       ///< as commands
  std::optional<std::filesystem::path> gdb_helper;  ///< nothing if it isn't installed
  std::string program_file;                         ///< as launch.json has it
  std::uint16_t port = 0, delve_port = 0;           ///< Delve is another server than rspbridge
};

/// The values for all adapters; `name` comes for each.
Values values_for(const cli::Options& options, const Surroundings& here);

}  // namespace rspbridge::proxy::cli::vscode
