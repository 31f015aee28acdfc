#include "proxy/near/bundle_budget.hpp"

#include <algorithm>

namespace rspbridge::proxy::near {

std::optional<std::uint64_t> BundleBudget::bytes(const link::LinkFigures& link) {
  if (!link.rtt || !link.bandwidth) return std::nullopt;
  const std::chrono::microseconds time = std::max<std::chrono::microseconds>(*link.rtt, least_time);
  const double carried = static_cast<double>(*link.bandwidth) * static_cast<double>(time.count()) / 1e6;
  return static_cast<std::uint64_t>(
      std::clamp(carried, static_cast<double>(floor), static_cast<double>(ceiling)));
}

void BundleBudget::passed(const link::LinkFigures& link) {
  if (left_ == 0) before_ = link.counters.received.wire;
}

void BundleBudget::stopped(std::size_t things) {
  announced_ = left_ = things;
}

void BundleBudget::came(const link::LinkFigures& link) {
  if (left_ != 0 && --left_ == 0) end(link);
}

// Less at once, more by and by.
void BundleBudget::end(const link::LinkFigures& link) {
  const std::uint64_t took = link.counters.received.wire - before_;
  ++bundles_;
  wire_ += took;
  const auto most = bytes(link);
  if (most && took > *most)
    things_ = std::max<std::size_t>(fewest_things, std::min(things_, announced_) * *most / took);
  else
    things_ = std::min(most_things, 2 * things_);
}

}  // namespace rspbridge::proxy::near
