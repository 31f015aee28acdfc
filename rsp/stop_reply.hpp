// Stop replies (GDB manual, "Stop Reply Packets").
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rsp/thread_id.hpp"

namespace rspbridge::rsp {

/// A stop reply, taken apart. Order and spelling of the `n:r` pairs are kept.
struct StopReply {
  /// A reply with more pairs is taken for malformed.
  static constexpr std::size_t max_pairs = 8192;

  enum class Kind : std::uint8_t {
    stopped,         ///< S or T
    exited,          ///< W: `code` is the exit status
    signalled,       ///< X: `code` is the signal that ended it
    thread_exited,   ///< w
    no_resumed,      ///< N
    console_output,  ///< O: `text` is the decoded output; not an end of the resume
    file_io,         ///< F: a File-I/O request of the stub
  };
  Kind kind = Kind::stopped;
  std::uint64_t code = 0;          ///< GDB's signal number, or the exit status
  std::optional<ThreadId> thread;  ///< of `thread:`, or of `w`; W and X: `process:` as pid, tid -1
  std::vector<std::pair<std::string, std::string>> pairs;  ///< T only, expedited registers included
  std::string text;                                        ///< O: bytes; F: the request after the `F`

  /// The value of the first pair `name`, or nothing. Lives as long as this reply.
  std::optional<std::string_view> pair(std::string_view name) const;

  /// An expedited register of 64 bits, of a little-endian target; nothing if it isn't there or has another
  /// size.
  std::optional<std::uint64_t> expedited(unsigned regnum) const;
};

/// `payload` must be run-length expanded. Nothing if it is no well-formed stop reply.
std::optional<StopReply> parse_stop_reply(std::string_view payload);

}  // namespace rspbridge::rsp
