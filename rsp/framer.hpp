// The wire's lowest layer: bytes in, packets out (GDB manual, "Overview" of the Remote Protocol).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace rspbridge::rsp {

/// What the framer found on the wire.
enum class FrameKind : std::uint8_t {
  packet,        ///< `$payload#xx`
  notification,  ///< `%payload#xx`, never acknowledged
  ack,           ///< `+`
  nack,          ///< `-`
  interrupt,     ///< a lone 0x03 between packets
  garbage,       ///< bytes that belong to no packet, or a packet cut short by the `$` of the next;
                 ///< `payload` holds their start (at most 64 bytes, `$` or `%` included). Reported
                 ///< when the next item begins
  oversize,      ///< a packet or notification longer than the limit, dropped up to its end;
                 ///< `payload` holds its start as for garbage
};

/// One item of the stream, in order of arrival.
struct Frame {
  FrameKind kind = FrameKind::packet;
  /// The bytes between `$` (or `%`) and `#` as they were on the wire: neither unescaped nor
  /// run-length expanded (see escape.hpp), so that a packet nobody looks into passes verbatim.
  std::string payload;
  /// False if the two checksum digits don't match or aren't hex. True for whatever has no checksum.
  bool checksum_ok = true;
};

/// Cuts a byte stream into frames. May be fed any split of the stream, down to single bytes: the
/// frames are the same. Inside a payload only `#` (its end) and `$` (a new packet: binary payloads
/// escape theirs) mean anything; `+`, `-`, `%` and 0x03 are data there.
/// Sans-IO: owns nothing but its buffer. Never throws on input. What was fed and not yet taken with
/// next() is all that grows, up to one small frame a byte: feed bounded chunks and drain between.
class Framer {
 public:
  /// @param max_payload bytes; a longer payload becomes one `oversize` frame.
  explicit Framer(std::size_t max_payload = std::size_t{16} << 20) : max_payload_(max_payload) {}

  /// Appends bytes that arrived; frames that they complete can then be taken with next().
  void feed(std::string_view bytes);

  /// The next complete frame, or nothing until more bytes are fed.
  std::optional<Frame> next();

  /// Bytes of an unfinished packet that are held.
  std::size_t pending() const noexcept { return payload_.size(); }
  /// What was fed ends amid a packet or a notification.
  bool amid_packet() const noexcept { return state_ != State::idle; }

 private:
  static constexpr std::size_t max_sample = 64;
  enum class State : std::uint8_t { idle, payload, checksum_high, checksum_low };

  // These two return how many of the bytes they used.
  std::size_t take_idle(std::string_view bytes);
  std::size_t take_payload(std::string_view bytes);
  void start(char mark);
  void append(std::string_view part);
  void finish(char low_digit);
  void abandon();
  void keep_sample(std::string_view bytes);
  void report_garbage();

  std::size_t max_payload_;
  State state_ = State::idle;
  FrameKind kind_ = FrameKind::packet;
  std::string payload_;
  std::string sample_;  // the start of what will be reported as garbage or oversize
  std::uint8_t sum_ = 0;
  char high_digit_ = 0;
  bool too_long_ = false;
  std::deque<Frame> ready_;
};

/// `$payload#xx`. The payload is put on the wire as it is: escape binary data first.
std::string frame_packet(std::string_view payload);

/// `%payload#xx`.
std::string frame_notification(std::string_view payload);

/// The sum of the bytes modulo 256, as the protocol's checksum has it.
std::uint8_t checksum(std::string_view payload) noexcept;

}  // namespace rspbridge::rsp
