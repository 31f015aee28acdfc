#include "proxy/http/listening.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <stdexcept>
#include <system_error>

namespace rspbridge::proxy::http {
namespace {

constexpr std::size_t other_connections = 128;  // besides streams
constexpr std::size_t other_descriptors = 128;  // of the rest of the program

}  // namespace

asio::ip::address listening_address(const std::string& host, bool has_token) {
  std::error_code not_numeric;
  const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, not_numeric);
  if (not_numeric)
    throw std::invalid_argument("HTTP can be served at a numeric address or at 'localhost', not at '" + host +
                                "'.");
  if (!address.is_loopback() && !has_token)
    throw std::invalid_argument("Serving HTTP at " + host +
                                " lets others in: that needs a token, by --http-token-file.");
  return address;
}

std::size_t raise_open_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  const auto before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return before;
  return limit.rlim_cur;
}

Limits connection_limits(std::size_t wanted_streams, std::size_t open_files) {
  const std::size_t most =
      open_files > 2 * other_descriptors ? open_files - other_descriptors : other_descriptors;
  const std::size_t connections = std::min(wanted_streams + other_connections, most);
  const std::size_t for_streams =
      connections > other_connections ? connections - other_connections : connections / 2;
  return {std::min(wanted_streams, for_streams), connections};
}

}  // namespace rspbridge::proxy::http
