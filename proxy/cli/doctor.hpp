// `rspbridge doctor TARGET`.
#pragma once

#include <asio/awaitable.hpp>

#include "proxy/cli/options.hpp"

namespace rspbridge::proxy::cli {

/// Checks what debugging on the target needs, one line a check on stdout, each failure with what to
/// do. The exit code: 0 if nothing stands in the way, 1 if something does, 255 without a connection.
asio::awaitable<int> doctor(Options options);

}  // namespace rspbridge::proxy::cli
