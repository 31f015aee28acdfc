// What a GDB has switched on in the stub, and how to take it back should that GDB vanish.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace rspbridge::proxy::near {

/// Packets by what they undo. A GDB that leaves in order has taken everything back itself.
class UndoLedger {
 public:
  void set(std::string key, std::vector<std::string> packets) {
    entries_[std::move(key)] = std::move(packets);
  }
  void forget(const std::string& key) { entries_.erase(key); }

  /// All packets, in the order of their keys; the ledger is empty afterwards.
  std::vector<std::string> take() {
    std::vector<std::string> all;
    for (auto& [key, packets] : entries_) all.insert(all.end(), packets.begin(), packets.end());
    entries_.clear();
    return all;
  }

 private:
  std::map<std::string, std::vector<std::string>> entries_;
};

}  // namespace rspbridge::proxy::near
