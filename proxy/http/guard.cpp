#include "proxy/http/guard.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <system_error>

#include <asio/ip/address.hpp>

#include "proxy/http/handle.hpp"
#include "rsp/text.hpp"

namespace rspbridge::proxy::http {
namespace {

constexpr std::uint16_t http_port = 80;

bool is_loopback_name(std::string_view host, bool bracketed) {
  if (!bracketed && host == "localhost") return true;
  std::error_code not_numeric;
  const auto address = asio::ip::make_address(std::string(host), not_numeric);
  return !not_numeric && address.is_v6() == bracketed && address.is_loopback();
}

bool is_ours(const std::string& origin, const Request& request, const Guard& guard) {
  constexpr std::string_view scheme = "http://";
  if (!origin.starts_with(scheme)) return false;
  const auto authority = std::string_view(origin).substr(scheme.size());
  return guard.loopback ? is_loopback_authority(authority, guard.port) : authority == request.host;
}

bool has_token(const Request& request, std::string_view token) {
  constexpr std::string_view scheme = "bearer ";  // in any case (RFC 9110, 11.1)
  if (!request.authorization || request.authorization->size() < scheme.size()) return false;
  const std::string_view given = *request.authorization;
  const auto same = [](char wanted, unsigned char letter) { return wanted == std::tolower(letter); };
  if (!std::equal(scheme.begin(), scheme.end(), given.begin(), same)) return false;
  return equal_in_constant_time(rsp::trim(given.substr(scheme.size())), token);
}

}  // namespace

bool is_loopback_authority(std::string_view authority, std::uint16_t port) {
  const bool bracketed = authority.starts_with('[');
  const auto end = bracketed ? authority.find(']') : authority.find(':');
  if (bracketed && end == std::string_view::npos) return false;
  const auto host = bracketed ? authority.substr(1, end - 1) : authority.substr(0, end);
  auto rest =
      end == std::string_view::npos ? std::string_view{} : authority.substr(end + (bracketed ? 1 : 0));
  if (!is_loopback_name(host, bracketed)) return false;
  if (rest.empty()) return port == http_port;
  if (!rest.starts_with(':')) return false;
  rest.remove_prefix(1);
  std::uint16_t given = 0;
  const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), given);
  return error == std::errc{} && stop == rest.data() + rest.size() && given == port;
}

bool equal_in_constant_time(std::string_view given, std::string_view secret) noexcept {
  // Reads all of `given`, whatever is found, against the secret over and over.
  unsigned difference = given.size() == secret.size() ? 0 : 1;
  for (std::size_t at = 0; at < given.size(); ++at)
    difference |= static_cast<unsigned char>(given[at]) ^
                  static_cast<unsigned char>(secret.empty() ? '\0' : secret[at % secret.size()]);
  return difference == 0;
}

std::optional<Answer> Guard::refusal(const Request& request, bool needs_token, link::StopId stop_id) const {
  if (!request.host || (loopback && !is_loopback_authority(*request.host, port)))
    return error_answer(403, "foreign_host",
                        "The Host header must name this machine's loopback and our port.", stop_id);
  if (request.origin && !is_ours(*request.origin, request, *this))
    return error_answer(403, "foreign_origin", "Pages of other origins may not ask here.", stop_id);
  if (!needs_token || token.empty() || has_token(request, token)) return std::nullopt;
  auto answer = error_answer(401, "token", "This needs the header 'Authorization: Bearer TOKEN'.", stop_id);
  answer.headers.emplace_back("WWW-Authenticate", "Bearer");
  return answer;
}

bool RefusalLog::is_due(std::string_view kind, Clock::time_point now) {
  const auto found = last_.find(kind);
  if (found == last_.end()) {
    last_.emplace(kind, now);
    return true;
  }
  if (now - found->second < std::chrono::seconds(1)) return false;
  found->second = now;
  return true;
}

}  // namespace rspbridge::proxy::http
