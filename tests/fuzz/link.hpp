// Messages and the link's stream under arbitrary bytes. The first byte says which: f and n are a message to
// far and to near, s is a stream.
#pragma once

#include <optional>
#include <string_view>

#include "proxy/link/codec.hpp"
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

inline void link(std::string_view data) {
  if (data.empty()) return;
  const std::string_view rest = data.substr(1);
  if (data.front() == 'f') message(proxy::link::decode_to_far(rest), proxy::link::decode_to_far);
  if (data.front() == 'n') message(proxy::link::decode_to_near(rest), proxy::link::decode_to_near);
}

}  // namespace rspbridge::fuzz
