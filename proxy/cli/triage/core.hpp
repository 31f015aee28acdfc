// A report of a core file.
#pragma once

#include <nlohmann/json.hpp>

#include "proxy/cli/options.hpp"

namespace rspbridge::proxy::cli::triaging {

/// Reads the core file that --core names, with the files below --sysroot. Throws Failure.
nlohmann::ordered_json report_of_core(const cli::Options& options);

}  // namespace rspbridge::proxy::cli::triaging
