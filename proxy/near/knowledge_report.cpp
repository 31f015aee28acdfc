// What Knowledge tells of itself.
#include <algorithm>

#include "proxy/near/knowledge.hpp"

namespace rspbridge::proxy::near {

// GDB asks one thing at a time, and near on its behalf several: these share a round trip.
void Knowledge::count_trip(const link::Request& request) {
  const auto owed_to_gdb = [](const auto& item) { return item.second.of_gdb; };
  if (!request.of_gdb || !waits_.empty() || std::any_of(passed_.begin(), passed_.end(), owed_to_gdb)) return;
  ++trips_[row_for(request.payload).name];
}

link::LinkReport Knowledge::report() const {
  link::LinkReport report{.link = hooks_.link(),
                          .answered = answered_,
                          .awaited = awaited_,
                          .asked = asked_,
                          .pages = memory_.pages(),
                          .stops = budget_.bundles(),
                          .stop_bytes = budget_.wire()};
  report.stop_budget = BundleBudget::bytes(report.link);
  for (const auto& [packet, count] : trips_) report.round_trips.push_back({packet, count});
  std::stable_sort(report.round_trips.begin(), report.round_trips.end(),
                   [](const auto& a, const auto& b) { return a.count > b.count; });
  return report;
}

}  // namespace rspbridge::proxy::near
