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

std::string format_vfile_fstat(std::int64_t fd) {
  return "vFile:fstat:" + format_signed(fd);
}

std::optional<VFileOpen> parse_vfile_open(std::string_view payload) {
  constexpr std::string_view head = "vFile:open:";
  if (!payload.starts_with(head)) return std::nullopt;
  const auto path_rest = cut(payload.substr(head.size()), ',');
  const auto numbers = path_rest ? cut(path_rest->second, ',') : std::nullopt;
  if (!numbers) return std::nullopt;
  const auto path = from_hex(path_rest->first);
  const auto flags = parse_hex(numbers->first), mode = parse_hex(numbers->second);
  if (!path || !flags || !mode) return std::nullopt;
  return VFileOpen{*path, *flags, *mode};
}

std::optional<VFilePread> parse_vfile_pread(std::string_view payload) {
  constexpr std::string_view head = "vFile:pread:";
  if (!payload.starts_with(head)) return std::nullopt;
  const auto fd_rest = cut(payload.substr(head.size()), ',');
  const auto numbers = fd_rest ? cut(fd_rest->second, ',') : std::nullopt;
  if (!numbers) return std::nullopt;
  const auto fd = parse_signed(fd_rest->first);
  const auto count = parse_hex(numbers->first), offset = parse_hex(numbers->second);
  if (!fd || !count || !offset) return std::nullopt;
  return VFilePread{*fd, *count, *offset};
}

std::optional<std::int64_t> parse_vfile_descriptor(std::string_view payload) {
  for (const std::string_view head : {"vFile:close:", "vFile:fstat:"})
    if (payload.starts_with(head)) return parse_signed(payload.substr(head.size()));
  return std::nullopt;
}

namespace {

// Offsets in the structure.
constexpr std::size_t mode_at = 8, size_at = 28, mtime_at = 56, status_bytes = 64;

template <class Number>
Number big_endian(std::string_view bytes, std::size_t at) {
  Number value = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i)
    value = static_cast<Number>(value << 8 | static_cast<unsigned char>(bytes[at + i]));
  return value;
}

}  // namespace

std::optional<FileStatus> parse_file_status(std::string_view attachment) {
  if (attachment.size() < status_bytes) return std::nullopt;
  return FileStatus{big_endian<std::uint32_t>(attachment, mode_at),
                    big_endian<std::uint64_t>(attachment, size_at),
                    big_endian<std::uint32_t>(attachment, mtime_at)};
}

std::string with_size(std::string attachment, std::uint64_t size) {
  for (std::size_t i = sizeof size; i-- > 0; size >>= 8)
    attachment[size_at + i] = static_cast<char>(size & 0xff);
  return attachment;
}

std::string format_file_status(std::uint64_t size) {
  std::string attachment(status_bytes, '\0');
  constexpr std::uint32_t mode = FileStatus::regular | 0444;
  for (std::size_t i = 0; i < 4; ++i)
    attachment[mode_at + i] = static_cast<char>(mode >> (24 - 8 * i) & 0xff);
  return with_size(std::move(attachment), size);
}

std::string format_vfile_attachment(std::string_view attachment) {
  return "F" + format_hex(attachment.size()) + ";" + escape(attachment);
}

std::string format_vfile_error(std::uint64_t error) {
  return "F-1," + format_hex(error);
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
