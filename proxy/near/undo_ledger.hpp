// What a GDB has switched on in the stub, and how to take it back should that GDB vanish.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rspbridge::proxy::near {

/// Packets by what they undo. A GDB that leaves in order has taken everything back itself. What is
/// a process's own goes with the process: a stub may not survive being asked for it afterwards.
class UndoLedger {
 public:
  struct Entry {
    std::string packet;
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

  /// All entries, in the order of their keys; the ledger is empty afterwards.
  std::vector<Entry> take() {
    return take_if([](const std::string&) { return true; });
  }
  /// The same, but for the entries whose keys begin so: those stay.
  std::vector<Entry> take_all_but(std::string_view prefix) {
    return take_if([&](const std::string& key) { return !key.starts_with(prefix); });
  }

 private:
  template <class Predicate>
  std::vector<Entry> take_if(const Predicate& wanted) {
    std::vector<Entry> all;
    std::erase_if(entries_, [&](auto& item) {
      if (!wanted(item.first)) return false;
      all.push_back(std::move(item.second));
      return true;
    });
    return all;
  }

  std::map<std::string, Entry> entries_;
};

}  // namespace rspbridge::proxy::near
