// What a GDB has switched on in the stub, and how to take it back should that GDB vanish.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rspbridge::proxy::near {

/// Packets by what they undo. A GDB that leaves in order has taken everything back itself. What is
/// a process's own goes with the process: a stub may not survive being asked for it afterwards.
class UndoLedger {
 public:
  struct Entry {
    std::vector<std::string> packets;
    /// Whose it is, as in a thread-id ("p1f"); "" if the stub names no processes; nothing if it
    /// belongs to the connection.
    std::optional<std::string> process;
  };
  void set(std::string key, Entry entry) { entries_[std::move(key)] = std::move(entry); }
  void forget(const std::string& key) { entries_.erase(key); }

  /// `process` is gone; "" if it isn't known which: then every process's entries are dropped.
  void forget_process(const std::string& process) {
    std::erase_if(entries_, [&](const auto& item) {
      const auto& owner = item.second.process;
      return owner && (process.empty() || owner->empty() || *owner == process);
    });
  }

  /// All packets, in the order of their keys; the ledger is empty afterwards.
  std::vector<std::string> take() {
    std::vector<std::string> all;
    for (auto& [key, entry] : entries_) all.insert(all.end(), entry.packets.begin(), entry.packets.end());
    entries_.clear();
    return all;
  }

 private:
  std::map<std::string, Entry> entries_;
};

}  // namespace rspbridge::proxy::near
