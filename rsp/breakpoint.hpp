// Z and z: breakpoints and watchpoints (GDB manual, "Packets").
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rspbridge::rsp {

enum class BreakpointType : std::uint8_t { software, hardware, write_watch, read_watch, access_watch };

/// What identifies an inserted breakpoint: `z` names the same three values as its `Z`.
struct BreakpointKey {
  BreakpointType type = BreakpointType::software;
  std::uint64_t address = 0;
  std::uint64_t kind = 0;  ///< instruction bytes for 0 and 1, watched bytes for 2 to 4

  auto operator<=>(const BreakpointKey&) const = default;
};

struct BreakpointRequest {
  bool insert = true;  ///< Z, otherwise z
  BreakpointKey key;
  std::string conditions;  ///< what follows the kind (`;X…`, `;cmds:…`), verbatim

  bool operator==(const BreakpointRequest&) const = default;
};

/// `Z type,addr,kind…` or `z type,addr,kind…`.
std::optional<BreakpointRequest> parse_breakpoint(std::string_view payload);
/// The reverse of parse_breakpoint().
std::string format_breakpoint(const BreakpointRequest& request);

}  // namespace rspbridge::rsp
