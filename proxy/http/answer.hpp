// Requests and answers, without any of the sockets they come from.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <asio/awaitable.hpp>

#include "proxy/link/messages.hpp"

namespace rspbridge::proxy::http {

/// What of a request matters here. A header that wasn't sent is nothing.
struct Request {
  std::string method = "GET";
  std::string target;  ///< path and query, as sent
  std::optional<std::string> host, origin, authorization;
  std::optional<std::string> range, if_range, if_none_match;
};

/// A body that is too large to be held at once.
class PieceSource {
 public:
  virtual ~PieceSource() = default;
  /// Of all pieces together, in bytes.
  virtual std::uint64_t length() const = 0;
  /// The next piece; nothing if it can't be had, which ends the connection. Not called any more once
  /// length() bytes were given.
  virtual asio::awaitable<std::optional<std::string>> next() = 0;
};

/// An endless body: the stream of events (events.hpp).
struct EventStream {};

using Text = std::shared_ptr<const std::string>;
using Body = std::variant<Text, std::shared_ptr<PieceSource>, EventStream>;

struct Answer {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;  ///< besides type, length and Stop-Id
  Body body = std::make_shared<const std::string>();
  std::uint64_t omitted_length = 0;  ///< of the body that a 304 leaves out
  link::StopId stop_id = 0;
};

}  // namespace rspbridge::proxy::http
