// Arguments and local variables of a frame.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "proxy/triage/expression.hpp"
#include "proxy/triage/frames.hpp"

namespace rspbridge::proxy::triage {

/// Reads the variables of one activation. A value that can't be told for sure is none.
class VariableReader {
 public:
  /// `function` is the one that isn't inlined: it has the frame base.
  VariableReader(const Activation& activation, Memory& memory, std::uint64_t bias, Dwarf_Die function);

  /// Those that `scope` itself declares: a function, an inlined one, or a block.
  void read(Dwarf_Die& scope, std::vector<Variable>& arguments, std::vector<Variable>& locals) const;

 private:
  std::optional<std::uint64_t> frame_base() const;
  std::optional<std::string> value_of(Dwarf_Die& variable, Dwarf_Die& type) const;
  /// The bytes of a value of `size` bytes.
  std::optional<std::string> bytes_of(Dwarf_Die& variable, std::size_t size) const;

  const Activation& activation_;
  Memory& memory_;
  std::uint64_t bias_;
  mutable Dwarf_Die function_;
};

}  // namespace rspbridge::proxy::triage
