// Where a server may listen, and for how many.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <asio/ip/address.hpp>

namespace rspbridge::proxy::http {

/// The address that `host` names: a numeric one, or "localhost". Throws std::invalid_argument with a sentence
/// if it is none, and if it isn't a loopback address while there is no token.
asio::ip::address listening_address(const std::string& host, bool has_token);

/// Raises the soft limit of open files to the hard one; returns it.
std::size_t raise_open_files();

/// How many connections there may be.
struct Limits {
  std::size_t streams = 0, connections = 0;
};

/// As many streams as are wanted, and some connections besides, but no more than leave descriptors for the
/// rest of the program.
Limits connection_limits(std::size_t wanted_streams, std::size_t open_files);

}  // namespace rspbridge::proxy::http
