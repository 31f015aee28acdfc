// Messages and the link's stream under arbitrary bytes. The first byte says which: f and n are a message to
// far and to near, s is a stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/link/codec.hpp"
#include "proxy/link/crc32.hpp"
#include "proxy/link/stream_link.hpp"
#include "proxy/link/varint.hpp"
#include "tests/fuzz/require.hpp"

namespace rspbridge::fuzz {

template <class Message>
void message(const std::optional<Message>& first, std::optional<Message> (*decode)(std::string_view)) {
  if (!first) return;
  const auto bytes = proxy::link::encode(*first);
  require(bytes.has_value(), "what was decoded can be encoded");
  const auto second = decode(*bytes);
  require(second.has_value(), "what was encoded can be decoded");
  require(proxy::link::encode(*second) == bytes, "a message has one encoding");
}

inline void stream(std::string_view bytes, std::size_t chunk) {
  using namespace proxy::link;
  NearEnd near("1");
  near.feed(FarEnd("1").take_output());
  std::size_t messages = 0;
  while (!bytes.empty()) {
    near.feed(bytes.substr(0, chunk));
    bytes.remove_prefix(chunk < bytes.size() ? chunk : bytes.size());
    while (near.next()) ++messages;
  }
  const auto& received = near.counters().received;
  require(received.plain <= received.frames * FrameStream::max_plain, "a frame holds no more than its bound");
  require(messages <= received.messages && received.messages <= received.plain, "messages come from frames");
  require(near.error().empty() || !near.next(), "nothing comes after an error");
}

inline std::string framed(std::string_view payload) {
  using namespace proxy::link;
  std::string out = {1, 0};
  append_varint(out, payload.size());
  const std::uint32_t sum = crc32(payload, crc32(out));
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>((sum >> shift) & 0xff);
  return out.append(payload);
}

inline void link(std::string_view data) {
  if (data.empty()) return;
  const std::string_view rest = data.substr(1);
  if (data.front() == 'f') message(proxy::link::decode_to_far(rest), proxy::link::decode_to_far);
  if (data.front() == 'n') message(proxy::link::decode_to_near(rest), proxy::link::decode_to_near);
  if (data.front() == 's') {
    stream(rest, rest.size());
    stream(rest, 3);
  }
  if (data.front() == 'z') stream(framed(rest), rest.size() + 32);
}

}  // namespace rspbridge::fuzz
