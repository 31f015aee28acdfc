// The profiles of a Go program, from its own HTTP server.
#pragma once

#include <functional>
#include <string>

#include <asio/awaitable.hpp>

#include "transport/stream.hpp"

namespace rspbridge::proxy::http {

/// Where the target process serves net/http/pprof.
struct Pprof {
  std::string address;  ///< host and port, as the target names them
  /// Connects to it; null: there is none. Throws std::system_error.
  std::function<asio::awaitable<transport::StreamPtr>()> connect;
};

}  // namespace rspbridge::proxy::http
