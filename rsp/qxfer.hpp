// qXfer (GDB manual, "General Query Packets").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rspbridge::rsp {

struct QXferRead {
  std::string object, annex;
  std::uint64_t offset = 0, length = 0;  ///< bytes

  bool operator==(const QXferRead&) const = default;
};

/// `qXfer:object:read:annex:offset,length`.
std::optional<QXferRead> parse_qxfer_read(std::string_view payload);
/// The reverse of parse_qxfer_read().
std::string format_qxfer_read(const QXferRead& request);

/// A part of the object: `l` (last) or `m` (more) before the escaped data.
struct QXferReply {
  bool last = false;
  std::string data;  ///< unescaped
};

/// `payload` must be run-length expanded. Nothing for anything but `l…` and `m…`, and
/// for an `m` without data, which can have no sequel.
std::optional<QXferReply> parse_qxfer_reply(std::string_view payload);

}  // namespace rspbridge::rsp
