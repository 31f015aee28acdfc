// The stub's objects (qXfer), read whole.
#pragma once

#include <optional>
#include <string>

#include "memmap/auxv.hpp"
#include "proxy/near/task.hpp"

namespace rspbridge::proxy::near {

class Client;

/// An object of the process that GDB selected, of 1 MiB at most; empty if it can't be read.
Task<std::string> read_object(Client& client, std::string object, std::string annex);

/// The auxiliary vector of the process that GDB selected; nothing if it can't be read.
Task<std::optional<memmap::Auxv>> read_auxv(Client& client);

}  // namespace rspbridge::proxy::near
