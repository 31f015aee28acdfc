// Messages as bytes: one byte that says which, then its fields (docs/link.md, "Messages").
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/link/messages.hpp"

namespace rspbridge::proxy::link {

/// Bytes of a message, at most. The largest is a FileRead.
inline constexpr std::size_t max_message = (std::size_t{64} << 20) + (std::size_t{64} << 10);
/// Elements of a list in a message, at most.
inline constexpr std::size_t max_list = 65536;

/// Nothing if the message exceeds a bound.
std::optional<std::string> encode(const ToFar& message);
std::optional<std::string> encode(const ToNear& message);

/// Nothing if `bytes` aren't exactly one message, or exceed a bound. What it allocates is at most some 100
/// times what came in, and for a message at the bounds.
std::optional<ToFar> decode_to_far(std::string_view bytes);
std::optional<ToNear> decode_to_near(std::string_view bytes);

}  // namespace rspbridge::proxy::link
