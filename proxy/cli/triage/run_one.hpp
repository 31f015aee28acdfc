// One program on the target, from its start to its report.
#pragma once

#include <memory>

#include <asio/awaitable.hpp>
#include <nlohmann/json.hpp>

#include "proxy/cli/options.hpp"
#include "proxy/files/symbol_folders.hpp"
#include "transport/ssh.hpp"

namespace rspbridge::proxy::cli::triaging {

/// What several runs have in common.
struct Shared {
  transport::SshSessionPtr ssh;  ///< null: the first run connects, and closes it
  std::shared_ptr<const SymbolFolders> folders;
  bool quiet = false;  ///< the programs have neither our stdin nor our stdout and stderr
};

/// Starts the program or attaches to it, waits for its end, and leaves nothing of it on the target. Throws
/// Failure or std::runtime_error.
asio::awaitable<nlohmann::ordered_json> run_one(const cli::Options& options, const Shared& shared);

}  // namespace rspbridge::proxy::cli::triaging
