// The stub's objects (qXfer), read whole.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "proxy/near/task.hpp"

namespace rspbridge::proxy::near {

class Client;

/// An object of the process that GDB selected, of 1 MiB at most; empty if it can't be read.
Task<std::string> read_object(Client& client, std::string object, std::string annex);

/// The values of the auxiliary vector (getauxval(3)) by their types.
using AuxiliaryVector = std::map<std::uint64_t, std::uint64_t>;

/// That of the process that GDB selected; empty if it can't be read.
Task<AuxiliaryVector> read_auxiliary_vector(Client& client);

}  // namespace rspbridge::proxy::near
