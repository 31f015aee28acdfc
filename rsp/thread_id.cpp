#include "rsp/thread_id.hpp"

#include <limits>

#include "rsp/escape.hpp"
#include "rsp/text.hpp"

namespace rspbridge::rsp {
namespace {

constexpr std::int64_t all = -1;

std::optional<std::int64_t> parse_number(std::string_view text) {
  if (text == "-1") return all;
  const auto value = parse_hex(text);
  if (!value || *value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(*value);
}

std::string format_number(std::int64_t value) {
  return value < 0 ? "-1" : format_hex(static_cast<std::uint64_t>(value));
}

}  // namespace

std::optional<ThreadId> parse_thread_id(std::string_view text) {
  if (text.empty() || text.front() != 'p') {
    const auto tid = parse_number(text);
    if (!tid) return std::nullopt;
    return ThreadId{std::nullopt, *tid};
  }
  text.remove_prefix(1);
  const auto parts = cut(text, '.');
  const auto pid = parse_number(parts ? parts->first : text);
  const auto tid = parts ? parse_number(parts->second) : all;
  if (!pid || !tid) return std::nullopt;
  // The manual makes one thread of all processes an error.
  if (*pid == all && *tid > 0) return std::nullopt;
  return ThreadId{*pid, *tid};
}

std::string format_thread_id(const ThreadId& id) {
  if (!id.pid) return format_number(id.tid);
  return "p" + format_number(*id.pid) + "." + format_number(id.tid);
}

}  // namespace rspbridge::rsp
