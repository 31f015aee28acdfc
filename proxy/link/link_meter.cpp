#include "proxy/link/link_meter.hpp"

#include <algorithm>
#include <vector>

namespace rspbridge::proxy::link {

using std::chrono::duration_cast;
using std::chrono::microseconds;

template <class Value>
void LinkMeter::keep(std::deque<Value>& values, Value value, std::size_t most) {
  values.push_back(value);
  if (values.size() > most) values.pop_front();
}

void LinkMeter::asked() {
  if (!asked_) asked_ = now_();
}

void LinkMeter::answered() {
  if (!asked_) return;
  keep(trips_, duration_cast<microseconds>(now_() - *asked_), kept_trips);
  asked_.reset();
}

void LinkMeter::arrived(std::size_t bytes, bool continues) {
  const auto now = now_();
  if (!continues) train_began_.reset();
  if (train_began_) train_bytes_ += bytes;
  const bool tells = train_began_ && train_bytes_ >= train && now - *train_began_ >= train_time;
  if (tells) {
    const auto took = static_cast<std::uint64_t>(duration_cast<microseconds>(now - *train_began_).count());
    keep(rates_, std::uint64_t{train_bytes_} * 1'000'000 / took, kept_rates);
  }
  if (train_began_ && !tells) return;
  train_began_ = now;
  train_bytes_ = 0;
}

std::optional<microseconds> LinkMeter::rtt() const {
  if (trips_.empty()) return std::nullopt;
  return *std::min_element(trips_.begin(), trips_.end());
}

std::optional<std::uint64_t> LinkMeter::bandwidth() const {
  if (rates_.empty()) return std::nullopt;
  std::vector<std::uint64_t> sorted(rates_.begin(), rates_.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted[sorted.size() / 2];
}

}  // namespace rspbridge::proxy::link
