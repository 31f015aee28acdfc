// Rewrites g, G, p, P and expedited registers between the layout of a stub and that of a view.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include "rsp/register_layout.hpp"
#include "rsp/register_move.hpp"
#include "rsp/register_values.hpp"
#include "rsp/target_description.hpp"
#include "rsp/view_definition.hpp"

namespace rspbridge::rsp {

/// A register of the stub, and the bytes it shall have.
struct StubWrite {
  std::uint32_t regnum = 0;
  std::string bytes;

  bool operator==(const StubWrite&) const = default;
};

/// An expedited register: its number and its value in hex.
using ExpeditedRegister = std::pair<std::uint32_t, std::string>;

/// A view of the registers of one stub. Values that are handed in must be of stub_layout(), or of
/// layout() where they are the view's; others count as unavailable.
class CompiledView {
 public:
  /// The error is a sentence: the view's document is malformed, or it has registers that the stub
  /// lacks; then it lists them and what the stub has.
  static tl::expected<CompiledView, std::string> compile(ViewDefinition view, const TargetDescription& stub);

  /// The description that GDB gets.
  const std::string& target_xml() const noexcept { return target_xml_; }
  const RegisterLayout& layout() const noexcept { return layout_; }
  const RegisterLayout& stub_layout() const noexcept { return stub_layout_; }

  /// The stub's registers that must be known to show this register of the view: none, or more.
  std::vector<std::uint32_t> sources(std::uint32_t view_regnum) const;

  /// All registers as the view shows them; unavailable where the stub's aren't known.
  RegisterValues read(const RegisterValues& stub) const;
  /// One register in hex, or all `x`, as `p` is answered. Nothing if the view has no such register.
  std::optional<std::string> read_one(std::uint32_t view_regnum, const RegisterValues& stub) const;

  /// The writes that give a register of the view the value `bytes`. `stub_current` must know what
  /// sources() names. The error is a sentence: a register without a counterpart, unless it is
  /// given the value that it shows; bits that the stub's register doesn't have; a wrong size.
  tl::expected<std::vector<StubWrite>, std::string> write(std::uint32_t view_regnum, std::string_view bytes,
                                                          const RegisterValues& stub_current) const;

  /// The writes of a `G`: of `wanted`, only the registers that differ from what was `shown` last, as two
  /// registers may show the same one of the stub. Zeroes for what was shown as unavailable are no
  /// change: GDB fills its packet with them. The errors of write(), and two registers that
  /// want different values of the same register of the stub.
  tl::expected<std::vector<StubWrite>, std::string> difference(const RegisterValues& shown,
                                                               const RegisterValues& wanted,
                                                               const RegisterValues& stub_current) const;

  /// The registers of the view that a stop reply's `n:r` pairs suffice for, in ascending order. A pair
  /// whose value doesn't fit its register is left out: GDB then asks for it.
  std::vector<ExpeditedRegister> rewrite_expedited(std::span<const ExpeditedRegister> stub) const;

 private:
  struct Change;

  std::optional<std::size_t> index_of(std::uint32_t view_regnum) const;
  std::optional<std::string> shown_bytes(std::size_t index, const RegisterValues& stub) const;

  std::string target_xml_;
  RegisterLayout layout_, stub_layout_;
  std::vector<Move> moves_;  ///< one a register, in order of layout_
};

}  // namespace rspbridge::rsp
