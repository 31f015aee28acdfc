// Call frame instructions of a function that signs its return address, for GDB's amd64 port.
#pragma once

#include <cstdint>
#include <string>

#include "proxy/symbols/bytes.hpp"
#include "proxy/symbols/registers.hpp"

namespace rspbridge::proxy::symbols {

/// x30's part on amd64: the return address column.
inline constexpr std::uint8_t amd64_return_address = amd64_register(30);

/// Little-endian numbers and LEB128 at the end of a string.
void add_uint(std::string& out, std::uint64_t value, unsigned width);
void add_uleb(std::string& out, std::uint64_t value);
void add_sleb(std::string& out, std::int64_t value);

/// The rule for rip where the return address is still in x30.
std::string unsaved_return_address();

/// Rewrites instructions (DWARF 5, section 6.4.2) into `out`, which must outlive it: registers renumbered,
/// those without a part left out, and a rule for rip beside each for x30.
class SignedRules {
 public:
  SignedRules(std::string& out, std::int64_t data_factor) : out_(out), data_factor_(data_factor) {}

  /// False if there is an instruction that can't be rewritten; then `out` is of no use. Throws
  /// Malformed.
  bool rewrite(Cursor in);
  /// Whether rewrite() met a DW_CFA_AARCH64_negate_ra_state.
  bool signs() const { return signs_; }

 private:
  bool step(Cursor& in);
  bool other(Cursor& in, std::uint8_t opcode);
  void saved(std::uint64_t arm64, std::uint64_t factored);
  void restored(std::uint64_t arm64);

  std::string& out_;
  std::int64_t data_factor_;
  bool signs_ = false;
};

}  // namespace rspbridge::proxy::symbols
