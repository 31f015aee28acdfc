// One program with many inputs.
#pragma once

#include <memory>

#include <asio/awaitable.hpp>

#include "proxy/cli/options.hpp"
#include "proxy/files/symbol_folders.hpp"

namespace rspbridge::proxy::cli::triaging {

/// Runs the program once for each line of the file that --batch names, which takes the place of @@ in the
/// arguments and in --stdin, several at once. --json names a folder, which gets a report for each input that
/// crashed or took too long; a line for each goes to stdout. The exit code: 3 if any crashed, else 4 if any
/// took too long, else 1 if any couldn't be run, else 0. Throws Failure.
asio::awaitable<int> run_batch(cli::Options options, std::shared_ptr<const SymbolFolders> folders);

}  // namespace rspbridge::proxy::cli::triaging
