#include "rsp/qxfer.hpp"

#include "rsp/escape.hpp"
#include "rsp/text.hpp"

namespace rspbridge::rsp {
namespace {

constexpr std::string_view prefix = "qXfer:";
constexpr std::string_view operation = "read:";

}  // namespace

std::optional<QXferRead> parse_qxfer_read(std::string_view payload) {
  if (!payload.starts_with(prefix)) return std::nullopt;
  const auto named = cut(payload.substr(prefix.size()), ':');
  if (!named || named->first.empty() || !named->second.starts_with(operation)) return std::nullopt;
  const auto rest = named->second.substr(operation.size());
  // From the end: only the annex could hold a colon of its own.
  const auto colon = rest.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto span = cut(rest.substr(colon + 1), ',');
  if (!span) return std::nullopt;
  const auto offset = parse_hex(span->first);
  const auto length = parse_hex(span->second);
  if (!offset || !length) return std::nullopt;
  return QXferRead{std::string(named->first), std::string(rest.substr(0, colon)), *offset, *length};
}

std::string format_qxfer_read(const QXferRead& request) {
  std::string out(prefix);
  out += request.object + ":";
  out += operation;
  out += request.annex + ":" + format_hex(request.offset) + "," + format_hex(request.length);
  return out;
}

std::optional<QXferReply> parse_qxfer_reply(std::string_view payload) {
  if (payload.empty() || (payload.front() != 'l' && payload.front() != 'm')) return std::nullopt;
  const bool last = payload.front() == 'l';
  auto data = unescape(payload.substr(1));
  // More, but nothing now: whoever reads on would never come to an end.
  if (!data || (!last && data->empty())) return std::nullopt;
  return QXferReply{last, std::move(*data)};
}

}  // namespace rspbridge::rsp
