// `monitor rspbridge …`: commands of rspbridge's own, in GDB.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "proxy/near/task.hpp"

namespace rspbridge::proxy::near {

class View;

/// Gives the text that GDB shows. `arguments` is what follows the command's name.
using MonitorHandler = Task<std::string> (*)(View& view, std::string arguments);

struct MonitorCommand {
  std::string_view name, arguments, what;  ///< for `help`
  MonitorHandler handler = nullptr;
};

/// All commands, in the order of `help`.
std::span<const MonitorCommand> monitor_commands();

}  // namespace rspbridge::proxy::near
