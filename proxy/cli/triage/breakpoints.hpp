// Breakpoints of triage's own.
#pragma once

#include <cstdint>
#include <memory>
#include <set>

#include "proxy/session/session.hpp"

namespace rspbridge::proxy::cli::triaging {

/// In the processor's registers: nothing of them is in the program's memory, and no child inherits them. The
/// target must be stopped for every call but has().
class Breakpoints {
 public:
  /// `session` must outlive it.
  explicit Breakpoints(Session& session) : session_(session) {}

  /// Holds from the next resume on, unless the stub refuses, which the log tells.
  void set(std::uint64_t address);
  void clear(std::uint64_t address);
  void clear_all();
  bool has(std::uint64_t address) const { return addresses_->contains(address); }

 private:
  Session& session_;
  // Shared: a stub's refusal may come when this is gone.
  std::shared_ptr<std::set<std::uint64_t>> addresses_ = std::make_shared<std::set<std::uint64_t>>();
};

}  // namespace rspbridge::proxy::cli::triaging
