#include "proxy/near/breakpoint_ledger.hpp"

namespace rspbridge::proxy::near {

void BreakpointLedger::want(std::int64_t process, const rsp::BreakpointKey& key, std::string packet) {
  entries_[{process, key}].wanted = std::move(packet);
}

bool BreakpointLedger::unwant(std::int64_t process, const rsp::BreakpointKey& key) {
  const auto found = entries_.find({process, key});
  if (found == entries_.end()) return false;
  found->second.wanted.reset();
  if (!found->second.inserted) entries_.erase(found);
  return true;
}

void BreakpointLedger::set_stub_has(std::int64_t process, const rsp::BreakpointKey& key,
                                    std::optional<std::string> packet) {
  Entry& entry = entries_[{process, key}];
  entry.inserted = std::move(packet);
  if (!entry.inserted && !entry.wanted) entries_.erase({process, key});
}

std::vector<BreakpointLedger::Change> BreakpointLedger::changes() const {
  std::vector<Change> removals, insertions;
  for (const auto& [name, entry] : entries_) {
    const auto& [process, key] = name;
    if (entry.inserted)
      removals.push_back(
          {process, key, rsp::format_breakpoint({.insert = false, .key = key, .conditions = {}}), false});
    if (entry.wanted) insertions.push_back({process, key, *entry.wanted, true});
  }
  removals.insert(removals.end(), insertions.begin(), insertions.end());
  return removals;
}

void BreakpointLedger::want_nothing() {
  for (auto& [name, entry] : entries_) entry.wanted.reset();
  std::erase_if(entries_, [](const auto& item) { return !item.second.inserted; });
}

void BreakpointLedger::forget(std::int64_t process) {
  std::erase_if(entries_, [process](const auto& item) { return item.first.first == process; });
}

}  // namespace rspbridge::proxy::near
