// Where GDB connects.
#pragma once

#include <string>
#include <vector>

#include <asio/any_io_executor.hpp>

#include "transport/tcp.hpp"

namespace rspbridge::proxy::cli {

/// Listens on each of `wanted` ("[HOST:]PORT", "unix:PATH"), or on the default if that is empty: a
/// default that is taken becomes a free port, said in one line. Throws Failure.
std::vector<transport::ListenerPtr> listen_for_gdb(const asio::any_io_executor& executor,
                                                   const std::vector<std::string>& wanted);

/// An endpoint as GDB's `target extended-remote` takes it: ":2345" or "/path".
std::string as_gdb_argument(const std::string& endpoint);

}  // namespace rspbridge::proxy::cli
