// One register of a view and one of a stub: how a value moves between them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "rsp/register_values.hpp"
#include "rsp/view_definition.hpp"

namespace rspbridge::rsp {

/// A Source whose register is found. Sizes are in bytes.
struct Move {
  Source::Kind kind = Source::Kind::unavailable;
  std::string view_name;  ///< for errors
  std::size_t view_size = 0;
  std::string stub_name;  ///< these three: copy and flags only
  std::uint32_t stub_regnum = 0;
  std::size_t stub_size = 0;
  std::string constant;  ///< `view_size` bytes, of a constant only
  bool ignores_writes = false;

  bool has_source() const { return kind == Source::Kind::copy || kind == Source::Kind::flags; }
};

/// What a write does to a register of the stub: `bytes` count where `mask` has ones; both have its size.
struct Patch {
  std::uint32_t regnum = 0;
  std::string bytes, mask;
};

/// The register's value as the view shows it; nothing if it is unavailable.
std::optional<std::string> show(const Move& move, const RegisterValues& stub);

/// What giving the register the value `bytes`, where it showed `shown`, does to the stub's. Nothing if it
/// changes nothing. The error is a sentence.
tl::expected<std::optional<Patch>, std::string> patch(const Move& move, std::string_view bytes,
                                                      const std::optional<std::string>& shown);

/// Adds `more`, which is of the same register, to `patch`. False if they want different values of a bit.
bool merge(Patch& patch, const Patch& more);

/// The register's bytes after the patch; nothing if those it leaves alone aren't known.
std::optional<std::string> apply(const Patch& patch, const RegisterValues& stub);

}  // namespace rspbridge::rsp
