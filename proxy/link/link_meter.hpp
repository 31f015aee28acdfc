// What a link can do, measured by what passes anyway: nothing is sent for it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

namespace rspbridge::proxy::link {

/// The round trip time and the bandwidth towards this end. Both are lower bounds of what one waits: a
/// question may take the other end some time, and what it says may come slower than the link could carry it.
class LinkMeter {
 public:
  using Clock = std::chrono::steady_clock;
  using Now = std::function<Clock::time_point()>;

  static constexpr std::size_t kept_trips = 64;              ///< the latest ones count
  static constexpr std::size_t kept_rates = 9;               ///< likewise
  static constexpr std::size_t train = 16 << 10;             ///< bytes, and
  static constexpr std::chrono::milliseconds train_time{5};  ///< that tell a rate, at least

  explicit LinkMeter(Now now = Clock::now) : now_(std::move(now)) {}

  /// Something was sent that is answered by answered(); nothing while such a one is under way.
  void asked();
  void answered();
  bool awaits() const noexcept { return asked_.has_value(); }
  /// What comes next is no answer.
  void forget() { asked_.reset(); }

  /// @param continues the bytes before ended amid something that the other end sends as a whole, so that
  /// these were on their way already
  void arrived(std::size_t bytes, bool continues);

  /// The smallest of the latest.
  std::optional<std::chrono::microseconds> rtt() const;
  /// Bytes a second, the median of the latest; nothing where nothing came that the link took long for.
  std::optional<std::uint64_t> bandwidth() const;

 private:
  template <class Value>
  static void keep(std::deque<Value>& values, Value value, std::size_t most);

  Now now_;
  std::optional<Clock::time_point> asked_, train_began_;
  std::size_t train_bytes_ = 0;
  std::deque<std::chrono::microseconds> trips_;
  std::deque<std::uint64_t> rates_;
};

}  // namespace rspbridge::proxy::link
