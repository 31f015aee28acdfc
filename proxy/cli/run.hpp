// exec, attach, connect and multi.
#pragma once

#include <asio/awaitable.hpp>

#include "proxy/cli/options.hpp"

namespace rspbridge::proxy::cli {

/// Runs a session from start to end and returns the exit code. Throws Failure.
asio::awaitable<int> run(Options options);

}  // namespace rspbridge::proxy::cli
