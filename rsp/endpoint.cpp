#include "rsp/endpoint.hpp"

#include <utility>

#include "rsp/text.hpp"

namespace rspbridge::rsp {

void Endpoint::feed(std::string_view bytes) {
  framer_.feed(bytes);
  while (auto frame = framer_.next()) on_frame(std::move(*frame));
}

std::optional<Event> Endpoint::next() {
  if (events_.empty()) return std::nullopt;
  auto event = std::move(events_.front());
  events_.pop_front();
  return event;
}

void Endpoint::send(std::string_view payload) {
  auto framed = frame_packet(payload);
  if (no_ack_) {
    output_ += framed;
    return;
  }
  unsent_.push_back(std::move(framed));
  transmit_next();
}

void Endpoint::send_notification(std::string_view payload) {
  output_ += frame_notification(payload);
}

void Endpoint::send_interrupt() {
  output_ += '\x03';
}

std::string Endpoint::take_output() {
  return std::exchange(output_, {});
}

void Endpoint::set_no_ack() {
  no_ack_ = true;
  unacked_.reset();
  retransmits_ = 0;
  for (const auto& framed : unsent_) output_ += framed;
  unsent_.clear();
}

void Endpoint::on_frame(Frame frame) {
  switch (frame.kind) {
    case FrameKind::packet:
    case FrameKind::notification:
      on_packet(std::move(frame));
      break;
    case FrameKind::ack:
      on_ack();
      break;
    case FrameKind::nack:
      retransmit();
      break;
    case FrameKind::interrupt:
      events_.push_back({Event::Kind::interrupt, {}});
      break;
    case FrameKind::garbage:
      report("bytes outside any packet: " + quote(frame.payload));
      break;
    case FrameKind::oversize:
      on_oversize(frame);
      break;
  }
}

void Endpoint::on_packet(Frame frame) {
  const bool packet = frame.kind == FrameKind::packet;
  const bool drop = !frame.checksum_ok && !no_ack_;
  if (!frame.checksum_ok) {
    report(std::string(packet ? "packet" : "notification") + " with a bad checksum" +
           (drop ? "" : ", taken as it is") + ": " + quote(frame.payload));
  }
  if (packet && !no_ack_) output_ += drop ? '-' : '+';
  if (drop) return;
  events_.push_back({packet ? Event::Kind::packet : Event::Kind::notification, std::move(frame.payload)});
}

void Endpoint::on_oversize(const Frame& frame) {
  const std::string text = "packet longer than the limit, dropped: " + quote(frame.payload);
  if (frame.payload.starts_with('$'))
    events_.push_back({Event::Kind::oversize, text});
  else
    report(text);
  // A good one is acknowledged: sent again it would be as long.
  if (!no_ack_ && frame.payload.starts_with('$')) output_ += frame.checksum_ok ? '+' : '-';
}

void Endpoint::on_ack() {
  unacked_.reset();
  retransmits_ = 0;
  transmit_next();
}

void Endpoint::retransmit() {
  if (!unacked_) return;
  if (retransmits_ < max_retransmits) {
    ++retransmits_;
    output_ += *unacked_;
    return;
  }
  report("packet given up, refused after " + std::to_string(max_retransmits) +
         " retransmissions: " + quote(*unacked_));
  on_ack();
}

void Endpoint::transmit_next() {
  if (unacked_ || unsent_.empty()) return;
  unacked_ = std::move(unsent_.front());
  unsent_.pop_front();
  output_ += *unacked_;
}

void Endpoint::report(std::string sentence) {
  events_.push_back({Event::Kind::protocol_error, std::move(sentence)});
}

}  // namespace rspbridge::rsp
