// Whether a request may be answered at all.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/http/answer.hpp"

namespace rspbridge::proxy::http {

/// What a request is checked against.
struct Guard {
  std::uint16_t port = 0;  ///< ours
  bool loopback = true;    ///< we listen on a loopback address
  std::string token;       ///< that is demanded; empty: none is

  /// Why `request` is refused, if it is: a Host that isn't this machine's loopback name or address with our
  /// port, which is how DNS rebinding looks (where we listen elsewhere, the token protects and any Host
  /// passes); an Origin other than ours; where one is needed, a token that isn't ours.
  std::optional<Answer> refusal(const Request& request, bool needs_token, link::StopId stop_id) const;
};

/// "localhost" or an address of the loopback network, with `port` behind it (which may be left out if it is
/// 80). IPv6 addresses stand in brackets.
bool is_loopback_authority(std::string_view authority, std::uint16_t port);

/// Takes as long for any `given` of one length, however much of it is right.
bool equal_in_constant_time(std::string_view given, std::string_view secret) noexcept;

/// Lets through what is worth a line in the log: each kind once a second at most.
class RefusalLog {
 public:
  using Clock = std::chrono::steady_clock;
  bool is_due(std::string_view kind, Clock::time_point now);

 private:
  std::map<std::string, Clock::time_point, std::less<>> last_;
};

}  // namespace rspbridge::proxy::http
