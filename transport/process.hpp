// Local child processes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <asio/any_io_executor.hpp>

#include "transport/command.hpp"
#include "transport/stream.hpp"

namespace rspbridge::transport {

enum class StdioMode : unsigned char { pipe, inherit, null };

struct SpawnOptions {
  StdioMode in = StdioMode::pipe, out = StdioMode::pipe, err = StdioMode::pipe;
  /// Own process group, so that a terminal's ^C doesn't reach it.
  bool new_process_group = true;
  /// Ends the child if this process dies (PR_SET_PDEATHSIG).
  bool die_with_parent = true;
};

/// Runs argv[0] (found in PATH) without a shell. Throws std::system_error if it can't be executed
/// (the child's own errno: no_such_file_or_directory, permission_denied). From the first call on,
/// SIGPIPE is ignored in this process (not in its children), so that writing to a command that is
/// gone is an error.
CommandPtr spawn(const asio::any_io_executor& executor, const std::vector<std::string>& argv,
                 const SpawnOptions& options = {});

/// A command's stdin and stdout as one stream (a stub on stdio). Its stderr lines go to `on_stderr`.
/// Closing the stream ends the process.
StreamPtr stdio_stream(const asio::any_io_executor& executor, CommandPtr command, std::string name,
                       std::function<void(std::string line)> on_stderr);

}  // namespace rspbridge::transport
