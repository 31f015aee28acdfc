#include "rsp/vfile.hpp"

#include <algorithm>
#include <limits>

#include "rsp/escape.hpp"
#include "rsp/text.hpp"

namespace rspbridge::rsp {
namespace {

std::string format_signed(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  return value < 0 ? "-" + format_hex(~bits + 1) : format_hex(bits);
}

std::optional<std::int64_t> parse_signed(std::string_view text) {
  const bool negative = text.starts_with('-');
  const auto magnitude = parse_hex(text.substr(negative ? 1 : 0));
  constexpr auto max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (!magnitude || *magnitude > max) return std::nullopt;
  const auto value = static_cast<std::int64_t>(*magnitude);
  return negative ? -value : value;
}

}  // namespace

std::string format_vfile_open(std::string_view path, std::uint64_t flags, std::uint64_t mode) {
  return "vFile:open:" + to_hex(path) + "," + format_hex(flags) + "," + format_hex(mode);
}

std::string format_vfile_pread(std::int64_t fd, std::uint64_t count, std::uint64_t offset) {
  return "vFile:pread:" + format_signed(fd) + "," + format_hex(count) + "," + format_hex(offset);
}

std::string format_vfile_close(std::int64_t fd) {
  return "vFile:close:" + format_signed(fd);
}

std::string format_vfile_setfs(std::int64_t pid) {
  return "vFile:setfs:" + format_signed(pid);
}

std::optional<VFileReply> parse_vfile_reply(std::string_view payload) {
  if (!payload.starts_with('F')) return std::nullopt;
  payload.remove_prefix(1);
  const auto head_end = std::min(payload.find(';'), payload.size());
  const auto head = payload.substr(0, head_end);
  const auto numbers = cut(head, ',');
  const auto result = parse_signed(numbers ? numbers->first : head);
  if (!result) return std::nullopt;
  VFileReply reply{*result, std::nullopt, {}};
  if (numbers) {
    reply.error = parse_hex(numbers->second);
    if (!reply.error) return std::nullopt;
  }
  if (head_end == payload.size()) return reply;
  auto attachment = unescape(payload.substr(head_end + 1));
  if (!attachment) return std::nullopt;
  // The result of every operation that has an attachment is the attachment's size.
  if (*result >= 0 && attachment->size() != static_cast<std::uint64_t>(*result)) return std::nullopt;
  reply.attachment = std::move(*attachment);
  return reply;
}

}  // namespace rspbridge::rsp
