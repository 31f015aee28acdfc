#include "transport/command.hpp"

namespace rspbridge::transport {

std::string ExitStatus::describe() const {
  if (signal) return "killed by SIG" + *signal;
  if (code) return "exit status " + std::to_string(*code);
  return "connection lost";
}

}  // namespace rspbridge::transport
