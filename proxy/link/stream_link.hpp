// The link between processes: messages in and out of a stream of bytes. Sans-IO.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "proxy/link/codec.hpp"
#include "proxy/link/frame_stream.hpp"
#include "proxy/link/messages.hpp"

namespace rspbridge::proxy::link {

/// One end, which sends Out and gets In.
template <class Out, class In>
class StreamLink {
 public:
  /// @param program_version must be the other end's, too: the messages are no interface between versions
  explicit StreamLink(std::string program_version)
      : frames_(std::is_same_v<Out, ToFar> ? Side::near : Side::far, std::move(program_version)) {}

  /// Bytes that arrived from the other end.
  void feed(std::string_view bytes) { frames_.feed(bytes); }

  /// The next message of the other end. Nothing more after an error.
  std::optional<In> next() {
    const auto record = frames_.next();
    if (!record) return std::nullopt;
    std::optional<In> message;
    if constexpr (std::is_same_v<In, ToFar>)
      message = decode_to_far(*record);
    else
      message = decode_to_near(*record);
    if (!message) frames_.fail("a message came that can't be understood");
    return message;
  }

  /// Queues a message. It may be sent before the other end has greeted.
  void send(const Out& message) {
    if (const auto record = encode(message))
      frames_.send(*record);
    else
      frames_.fail("a message is too large for the link");
  }

  /// What is to be written to the other end now; messages that were sent since the last call share a frame.
  std::string take_output() { return frames_.take_output(); }
  bool has_output() const noexcept { return frames_.has_output(); }

  bool greeted() const noexcept { return frames_.greeted(); }
  /// Why the link can't go on: a sentence without a full stop; empty as long as it can.
  const std::string& error() const noexcept { return frames_.error(); }
  /// What came in place of a greeting, fit for a message.
  std::string noise() const { return frames_.noise(); }
  const LinkCounters& counters() const noexcept { return frames_.counters(); }
  std::uint64_t unacknowledged() const noexcept { return frames_.unacknowledged(); }
  bool amid_frame() const noexcept { return frames_.amid_frame(); }

 private:
  FrameStream frames_;
};

using NearEnd = StreamLink<ToFar, ToNear>;
using FarEnd = StreamLink<ToNear, ToFar>;

}  // namespace rspbridge::proxy::link
