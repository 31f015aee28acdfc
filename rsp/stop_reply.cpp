#include "rsp/stop_reply.hpp"

#include <algorithm>
#include <limits>

#include "rsp/escape.hpp"
#include "rsp/text.hpp"

namespace rspbridge::rsp {
namespace {

using Kind = StopReply::Kind;
using Pair = std::pair<std::string_view, std::string_view>;

/// Takes the next `name:value` off `text`, with its `;` if it has one.
std::optional<Pair> take_pair(std::string_view& text) {
  const auto end = std::min(text.find(';'), text.size());
  const auto pair = cut(text.substr(0, end), ':');
  text.remove_prefix(std::min(end + 1, text.size()));
  if (!pair || pair->first.empty()) return std::nullopt;
  return pair;
}

std::optional<StopReply> parse_stopped(std::string_view payload) {
  StopReply reply;
  const auto signal = payload.size() < 3 ? std::nullopt : parse_hex(payload.substr(1, 2));
  if (!signal) return std::nullopt;
  reply.code = *signal;
  auto rest = payload.substr(3);
  if (payload.front() == 'S' && !rest.empty()) return std::nullopt;
  while (!rest.empty()) {
    const auto pair = take_pair(rest);
    if (!pair || reply.pairs.size() == StopReply::max_pairs) return std::nullopt;
    if (pair->first == "thread") {
      reply.thread = parse_thread_id(pair->second);
      if (!reply.thread) return std::nullopt;
    }
    reply.pairs.emplace_back(pair->first, pair->second);
  }
  return reply;
}

std::optional<StopReply> parse_process_exit(Kind kind, std::string_view body) {
  StopReply reply;
  reply.kind = kind;
  const auto code_end = std::min(body.find(';'), body.size());
  const auto code = parse_hex(body.substr(0, code_end));
  if (!code) return std::nullopt;
  reply.code = *code;
  auto rest = body.substr(std::min(code_end + 1, body.size()));
  while (!rest.empty()) {
    const auto pair = take_pair(rest);
    if (!pair) return std::nullopt;
    if (pair->first != "process") continue;
    const auto pid = parse_hex(pair->second);
    if (!pid || *pid > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return std::nullopt;
    }
    reply.thread = ThreadId{static_cast<std::int64_t>(*pid), -1};
  }
  return reply;
}

std::optional<StopReply> parse_thread_exit(std::string_view body) {
  const auto parts = cut(body, ';');
  if (!parts) return std::nullopt;
  const auto code = parse_hex(parts->first);
  const auto thread = parse_thread_id(parts->second);
  if (!code || !thread) return std::nullopt;
  StopReply reply;
  reply.kind = Kind::thread_exited;
  reply.code = *code;
  reply.thread = thread;
  return reply;
}

std::optional<StopReply> parse_text(Kind kind, std::string_view body) {
  StopReply reply;
  reply.kind = kind;
  if (kind == Kind::file_io) {
    // A call-id starts with a letter; `F-1,2` or `F1c` is the answer to a vFile packet.
    if (body.empty() || body.front() < 'a' || body.front() > 'z') return std::nullopt;
    reply.text = body;
    return reply;
  }
  auto text = from_hex(body);
  if (!text) return std::nullopt;
  reply.text = std::move(*text);
  return reply;
}

}  // namespace

std::optional<std::string_view> StopReply::pair(std::string_view name) const {
  for (const auto& [key, value] : pairs) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> StopReply::expedited(unsigned regnum) const {
  // The stub may write 6 as 6 or as 06.
  for (const auto& [key, value] : pairs) {
    if (parse_hex(key) != regnum) continue;
    const auto bytes = from_hex(value);
    if (!bytes || bytes->size() != sizeof(std::uint64_t)) return std::nullopt;
    return little_endian(*bytes);
  }
  return std::nullopt;
}

std::optional<StopReply> parse_stop_reply(std::string_view payload) {
  if (payload.empty()) return std::nullopt;
  const auto body = payload.substr(1);
  switch (payload.front()) {
    case 'S':
    case 'T':
      return parse_stopped(payload);
    case 'W':
      return parse_process_exit(Kind::exited, body);
    case 'X':
      return parse_process_exit(Kind::signalled, body);
    case 'w':
      return parse_thread_exit(body);
    case 'N': {
      if (!body.empty()) return std::nullopt;
      StopReply reply;
      reply.kind = Kind::no_resumed;
      return reply;
    }
    case 'O':
      return parse_text(Kind::console_output, body);
    case 'F':
      return parse_text(Kind::file_io, body);
    default:
      return std::nullopt;
  }
}

}  // namespace rspbridge::rsp
