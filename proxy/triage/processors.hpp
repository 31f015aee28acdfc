// What the kernel says of the target's processors.
#pragma once

#include <string_view>

#include "proxy/triage/stopped.hpp"

namespace rspbridge::proxy::triage {

/// `cpuinfo` is /proc/cpuinfo (Linux arch/arm64/kernel/cpuinfo.c): the number of processors, and the first
/// one's identification (MIDR_EL1) and features. What it doesn't tell stays unknown.
void set_processors(System& system, std::string_view cpuinfo);

}  // namespace rspbridge::proxy::triage
