// Software breakpoints between GDB, which removes and inserts all of them at each stop, and the stub.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rsp/breakpoint.hpp"

namespace rspbridge::proxy::near {

/// What GDB wants inserted, and what the stub has. What is no longer wanted is removed before a resume, and
/// all that is wanted is inserted, again too: memory may have been replaced under a breakpoint, and the stub
/// looks whether its instruction is still there when it is told to insert. A breakpoint is known by its
/// process (0 if the stub names none) and its key; its packet may also have conditions.
class BreakpointLedger {
 public:
  /// GDB wants it.
  void want(std::int64_t process, const rsp::BreakpointKey& key, std::string packet);
  /// GDB doesn't want it any more. False if the ledger has never heard of it.
  bool unwant(std::int64_t process, const rsp::BreakpointKey& key);
  /// The stub has inserted it, or (without a packet) removed it.
  void set_stub_has(std::int64_t process, const rsp::BreakpointKey& key, std::optional<std::string> packet);

  struct Change {
    std::int64_t process = 0;
    rsp::BreakpointKey key;
    std::string packet;
    bool insert = false;
  };
  /// What the stub must be told so that it has what GDB wants, and has looked again: removals first.
  std::vector<Change> changes() const;
  /// GDB is gone and wants nothing.
  void want_nothing();
  /// The process is gone, or executes another program.
  void forget(std::int64_t process);
  void forget_all() { entries_.clear(); }

 private:
  struct Entry {
    std::optional<std::string> wanted, inserted;  ///< the packets
  };
  using Name = std::pair<std::int64_t, rsp::BreakpointKey>;
  std::map<Name, Entry> entries_;
};

}  // namespace rspbridge::proxy::near
