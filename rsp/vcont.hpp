// vCont (GDB manual, "Packets").
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rsp/thread_id.hpp"

namespace rspbridge::rsp {

/// One `;action[:thread-id]`.
struct VContAction {
  char action = 'c';                             ///< c C s S t r
  std::uint8_t signal = 0;                       ///< C and S
  std::uint64_t range_start = 0, range_end = 0;  ///< r: [start, end)
  std::optional<ThreadId> thread;                ///< absent: every other thread

  bool operator==(const VContAction&) const = default;
};

/// A packet with more actions is taken for malformed.
inline constexpr std::size_t max_vcont_actions = 65536;

/// `payload` starts with `vCont;`. Nothing if malformed, if it holds no action, or if a range ends
/// before it starts.
std::optional<std::vector<VContAction>> parse_vcont(std::string_view payload);

}  // namespace rspbridge::rsp
