// Stop replies in a view.
#pragma once

#include <string>

#include "proxy/near/task.hpp"

namespace rspbridge::proxy::near {

class View;

/// The stop reply that GDB gets for one of the stub's: expedited registers are those of the view, system
/// calls have amd64's numbers, a breakpoint has its reason, and a watchpoint that stopped before the
/// access has stepped over it. `reply` is run-length expanded, and may be no stop reply.
Task<std::string> rewrite_stop(View& view, std::string reply);

/// As much of it as needs no request.
std::string rewrite_stop_at_once(View& view, const std::string& reply);

}  // namespace rspbridge::proxy::near
