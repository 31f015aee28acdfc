// What one GDB sees of the target, where that isn't what the stub shows.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "proxy/near/packet_table.hpp"
#include "proxy/near/view/calls.hpp"
#include "proxy/near/view/files.hpp"
#include "proxy/near/view/registers.hpp"
#include "proxy/near/view/settings.hpp"
#include "proxy/near/view/vdso.hpp"
#include "rsp/breakpoint.hpp"

namespace rspbridge::proxy::near {

class Client;

/// The state that the handlers of a view share. Belongs to one client, which must outlive it.
class View {
 public:
  View(Client& client, ViewSettings settings);
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  /// What handles the packets of this row in this view; null if they pass as without a view.
  ViewHandler handler(const PacketRow& row) const;
  /// The notification that GDB gets for one of the stub's.
  std::string on_notification(const std::string& payload);

  Client& client() noexcept { return client_; }
  const ViewSettings& settings() const noexcept { return settings_; }
  bool is_native() const noexcept { return settings_.kind == ViewKind::native; }
  bool is_x86_64() const noexcept { return settings_.kind == ViewKind::x86_64; }
  Registers& registers() noexcept { return registers_; }
  Files& files() noexcept { return files_; }
  Calls& calls() noexcept { return calls_; }
  Vdso& vdso() noexcept { return vdso_; }

  bool takes_hints = true;  ///< not after `monitor rspbridge hints off`
  bool synthesises_breakpoint_reasons =
      false;  ///< the stub never says swbreak or hwbreak, and GDB asks for it
  /// Inserted now, as the stub has them, by process ("p1f"; "" if the stub names none).
  std::map<std::string, std::set<rsp::BreakpointKey>> breakpoints;
  /// Watched addresses as GDB wrote them, by what the stub was given.
  std::map<std::uint64_t, std::uint64_t> watched_as;

 private:
  Client& client_;
  ViewSettings settings_;
  Registers registers_;
  Files files_;
  Vdso vdso_;
  Calls calls_;
};

/// An address without the tag in its top byte, which AArch64 ignores in user space (Arm ARM, "Address
/// tagging").
constexpr std::uint64_t untagged(std::uint64_t address) {
  constexpr std::uint64_t top_byte = std::uint64_t{0xff} << 56, bit_55 = std::uint64_t{1} << 55;
  return (address & bit_55) != 0 ? address : address & ~top_byte;
}

}  // namespace rspbridge::proxy::near
