// The verb `clean`.
#pragma once

#include <asio/awaitable.hpp>

#include "proxy/cli/options.hpp"

namespace rspbridge::proxy::cli {

/// Removes the far helpers from the target. Gives the exit code; throws Failure.
asio::awaitable<int> clean(Options options);

}  // namespace rspbridge::proxy::cli
