// Framer and Endpoint under arbitrary bytes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "rsp/endpoint.hpp"
#include "rsp/framer.hpp"
#include "tests/fuzz/require.hpp"

namespace rspbridge::fuzz {

inline std::vector<rsp::Frame> frames(std::string_view wire, std::size_t chunk, std::size_t max_payload) {
  rsp::Framer framer(max_payload);
  std::vector<rsp::Frame> out;
  while (!wire.empty()) {
    const auto part = wire.substr(0, chunk);
    framer.feed(part);
    wire.remove_prefix(part.size());
    while (auto frame = framer.next()) out.push_back(std::move(*frame));
    require(framer.pending() <= max_payload, "the framer holds no more than its limit");
  }
  return out;
}

inline bool same(const rsp::Frame& a, const rsp::Frame& b) {
  return a.kind == b.kind && a.payload == b.payload && a.checksum_ok == b.checksum_ok;
}

/// Feeds `wire` to an endpoint that has packets of its own to send.
inline void drive_endpoint(std::string_view wire, bool no_ack) {
  constexpr std::size_t max_events_of_a_byte = 2;
  rsp::Endpoint endpoint(1000);
  endpoint.send("first");
  endpoint.send("second");
  if (no_ack) endpoint.set_no_ack();
  const auto middle = wire.size() / 2;
  endpoint.feed(wire.substr(0, middle));
  endpoint.feed(wire.substr(middle));
  std::size_t events = 0;
  while (auto event = endpoint.next()) {
    require(++events <= max_events_of_a_byte * wire.size() + 1, "events are bounded by the input");
    require(event->kind != rsp::Event::Kind::packet || event->payload.size() <= 1000,
            "no packet above the limit");
  }
  const auto output = endpoint.take_output();
  const auto sent = rsp::frame_packet("first") + rsp::frame_packet("second");
  const auto most = sent.size() * (rsp::Endpoint::max_retransmits + 1);
  require(output.size() <= wire.size() + most, "output is bounded by the input");
  require(!no_ack || output == sent, "no-ack mode says nothing of its own accord");
}

inline void wire(std::string_view data) {
  for (const std::size_t limit : {std::size_t{20}, std::size_t{1} << 20}) {
    const auto whole = frames(data, data.size(), limit);
    for (const std::size_t chunk : {std::size_t{1}, std::size_t{7}}) {
      const auto split = frames(data, chunk, limit);
      require(std::ranges::equal(whole, split, same), "frames don't depend on how the stream is split");
    }
  }
  drive_endpoint(data, false);
  drive_endpoint(data, true);
}

}  // namespace rspbridge::fuzz
