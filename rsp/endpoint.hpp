// One end of an RSP connection: framing, acknowledgement and retransmission, without I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "rsp/framer.hpp"

namespace rspbridge::rsp {

/// What an Endpoint hands up to its owner.
struct Event {
  enum class Kind : std::uint8_t {
    packet,
    notification,
    interrupt,
    protocol_error,
    oversize,  ///< a packet that was too long to keep; the payload is a sentence for the log
  };
  Kind kind = Kind::packet;
  /// The payload as on the wire; for protocol_error a sentence for the log.
  std::string payload;
};

/// Speaks one leg of the protocol (GDB manual, "Packet Acknowledgment"). Starts in ack mode: every
/// good packet is acknowledged with `+`, a bad one is answered with `-` and not handed up, and a
/// `-` from the peer sends the last packet again (at most `max_retransmits` times, then it is a
/// protocol_error). While a packet awaits its `+`, later ones are held back. Notifications and
/// interrupts are never acknowledged and never held back.
///
/// In no-ack mode a packet with a bad checksum is handed up all the same, as GDB and gdbserver do,
/// preceded by a protocol_error event that says so. In ack mode a bad notification is dropped.
///
/// A protocol_error is for the log and ends nothing: this end goes on with whatever comes next.
/// What a peer sends again because our `+` was lost can't be told from a new packet and is handed
/// up again, as GDB does.
class Endpoint {
 public:
  static constexpr int max_retransmits = 5;

  explicit Endpoint(std::size_t max_payload = std::size_t{16} << 20) : framer_(max_payload) {}

  /// Bytes that arrived from the peer.
  void feed(std::string_view bytes);
  /// The next thing that the peer said.
  std::optional<Event> next();

  /// What was fed ends amid a packet.
  bool amid_packet() const noexcept { return framer_.amid_packet(); }

  /// Queues `payload` as a packet, as it is: escape binary data first.
  void send(std::string_view payload);
  /// Queues `payload` as a notification.
  void send_notification(std::string_view payload);
  /// Queues a lone 0x03.
  void send_interrupt();

  /// What is to be written to the peer now; empties the queue. The caller owns the bytes.
  std::string take_output();
  bool has_output() const noexcept { return !output_.empty(); }

  /// Ends acknowledgement in both directions, once both sides agreed (QStartNoAckMode). A packet
  /// still awaiting its `+` counts as acknowledged. When the peer asked for it, the agreeing `OK`
  /// must be sent before this is called.
  void set_no_ack();
  bool no_ack() const noexcept { return no_ack_; }

 private:
  void on_frame(Frame frame);
  void on_packet(Frame frame);
  void on_oversize(const Frame& frame);
  void on_ack();
  void retransmit();
  void transmit_next();
  void report(std::string sentence);

  Framer framer_;
  bool no_ack_ = false;
  std::deque<Event> events_;
  std::deque<std::string> unsent_;      // framed packets held back in ack mode
  std::optional<std::string> unacked_;  // the framed packet that awaits its `+`
  int retransmits_ = 0;
  std::string output_;
};

}  // namespace rspbridge::rsp
