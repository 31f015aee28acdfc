// The verb triage.
#pragma once

#include <asio/awaitable.hpp>

#include "proxy/cli/options.hpp"

namespace rspbridge::proxy::cli::triaging {

/// Runs a program until it crashes, or many, or reads a core file, and writes reports. The exit code: 0 no
/// crash, 3 a crash, 4 the time was up. Throws Failure.
asio::awaitable<int> triage(cli::Options options);

}  // namespace rspbridge::proxy::cli::triaging
