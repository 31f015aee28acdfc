// The registers of the thread that GDB selected, as the stub has them and as the view shows them.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "proxy/near/task.hpp"
#include "proxy/near/view/settings.hpp"
#include "rsp/register_view.hpp"

namespace rspbridge::proxy::near {

class Client;

/// Reads and writes registers by what the stub can: `g`, and `p` for those that its `g` leaves out; `P`,
/// and `G` where it has no `P`. The view is compiled when it is first needed, since a stub has a
/// description only once it has a process. Failures are replies for GDB ("E01", "E.text").
class Registers {
 public:
  /// `settings` turn native where a view that was picked doesn't fit the process.
  Registers(Client& client, ViewSettings& settings) : client_(client), settings_(settings) {}

  /// Compiles the view for the process that GDB selected, unless that is done. Nothing if all is well.
  Task<std::optional<std::string>> load();
  /// Null until load() was well.
  const rsp::CompiledView* view() const { return view_ ? &*view_ : nullptr; }

  /// Makes the stub's registers of these numbers known, if they can be. Nothing if all is well.
  Task<std::optional<std::string>> fetch(std::vector<std::uint32_t> stub_registers);
  /// The stub's values, as far as they were fetched since the last resume.
  const rsp::RegisterValues& values() const { return *values_; }
  /// The `g` of the stub was shorter than its layout: these must be asked for one by one.
  bool left_out(std::uint32_t stub_register) const;

  /// Writes registers of the stub's layout. Nothing if all is well.
  Task<std::optional<std::string>> store(std::vector<rsp::StubWrite> writes);

  /// The value of a register of the stub by name, little endian; nothing if there is none or it can't be
  /// read. Needs load().
  Task<std::optional<std::uint64_t>> number(std::string stub_register);
  Task<std::optional<std::string>> set_number(std::string stub_register, std::uint64_t value);

  /// What GDB last saw of `g`, for the difference that a `G` makes.
  std::optional<rsp::RegisterValues> shown;

  /// The thread ran, or GDB selected another: no value holds.
  void forget_values();
  /// The same, but for whoever works with them at the moment: a thread has stopped by itself (non-stop mode).
  void outdate_values() noexcept { outdated_ = true; }
  /// Another program, or another process.
  void forget_all();

 private:
  Task<tl::expected<rsp::TargetDescription, std::string>> read_description();
  Task<tl::expected<rsp::ViewDefinition, std::string>> define(const rsp::TargetDescription& stub);
  Task<std::optional<std::string>> fetch_all();
  std::string refuse(const std::string& sentence);
  /// A view was picked before the stub had a process, and its description isn't AArch64's.
  bool misfits(const rsp::TargetDescription& stub) const;
  void follow_selection();

  Client& client_;
  ViewSettings& settings_;
  std::optional<rsp::CompiledView> view_;
  std::string process_;  ///< whose description it is
  std::string thread_;   ///< whose values they are
  std::optional<rsp::RegisterValues> values_;
  bool outdated_ = false;
  std::set<std::uint32_t> asked_singly_;
  std::size_t in_g_ = 0;       ///< bytes of the stub's `g`
  bool writes_singly_ = true;  ///< the stub has P, as far as is known
  std::string said_;           ///< the last failure that was logged
};

}  // namespace rspbridge::proxy::near
