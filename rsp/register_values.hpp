// The values of a layout's registers, as `g`, `G`, `p` and `P` carry them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "rsp/register_layout.hpp"

namespace rspbridge::rsp {

/// Values in which each byte is either known or unavailable (`xx` on the wire).
class RegisterValues {
 public:
  /// Nothing is known.
  explicit RegisterValues(RegisterLayout layout);

  /// Reads the reply to `g`, or what follows the `G` of a request. `payload` must be run-length
  /// expanded. It may be shorter than the layout: the rest is unavailable. The error is a sentence: an
  /// error reply, an empty one, or more bytes than the layout has.
  static tl::expected<RegisterValues, std::string> parse(RegisterLayout layout, std::string_view payload);

  /// A whole `g`. A register with an unavailable byte is unavailable as a whole, since GDB only looks
  /// at the first byte's digits (remote.c, process_g_packet) and takes the others for zero.
  std::string format() const;

  const RegisterLayout& layout() const noexcept { return layout_; }
  bool is_known(std::uint32_t regnum) const { return get(regnum).has_value(); }

  /// The bytes of a register; nothing if one of them is unavailable, or if there is no such register.
  std::optional<std::string> get(std::uint32_t regnum) const;
  /// The `count` low bytes of a register, where those above may be unavailable; nothing as above.
  std::optional<std::string> get_low(std::uint32_t regnum, std::size_t count) const;
  /// As `p` carries it: hex digits, or all `x`. Nothing if there is no such register.
  std::optional<std::string> get_hex(std::uint32_t regnum) const;

  /// False, and nothing changes, if there is no such register or it is of another size.
  bool set(std::uint32_t regnum, std::string_view bytes);
  /// Takes the reply to `p` or the value of an `n:r` pair, `xx` included. False as above, or if it is no
  /// such value (an error reply, say).
  bool set_hex(std::uint32_t regnum, std::string_view hex);
  /// Makes a register unavailable.
  void forget(std::uint32_t regnum);

 private:
  RegisterLayout layout_;
  std::string bytes_;  ///< zero where unavailable
  std::string known_;  ///< one character a byte: 0 or 1
};

}  // namespace rspbridge::rsp
