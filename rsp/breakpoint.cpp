#include "rsp/breakpoint.hpp"

#include <algorithm>

#include "rsp/escape.hpp"
#include "rsp/text.hpp"

namespace rspbridge::rsp {

std::optional<BreakpointRequest> parse_breakpoint(std::string_view payload) {
  if (payload.size() < 3 || (payload[0] != 'Z' && payload[0] != 'z')) return std::nullopt;
  if (payload[1] < '0' || payload[1] > '4' || payload[2] != ',') return std::nullopt;
  const auto parts = cut(payload.substr(3), ',');
  if (!parts) return std::nullopt;
  const auto kind_end = std::min(parts->second.find(';'), parts->second.size());
  const auto address = parse_hex(parts->first);
  const auto kind = parse_hex(parts->second.substr(0, kind_end));
  if (!address || !kind) return std::nullopt;
  BreakpointRequest request;
  request.insert = payload[0] == 'Z';
  request.key = {static_cast<BreakpointType>(payload[1] - '0'), *address, *kind};
  request.conditions = parts->second.substr(kind_end);
  return request;
}

std::string format_breakpoint(const BreakpointRequest& request) {
  std::string out = request.insert ? "Z" : "z";
  out += static_cast<char>('0' + static_cast<int>(request.key.type));
  out += "," + format_hex(request.key.address) + "," + format_hex(request.key.kind);
  return out + request.conditions;
}

}  // namespace rspbridge::rsp
