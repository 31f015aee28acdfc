// Counters of the server, in Prometheus' text format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "proxy/inspect/inspection.hpp"

namespace rspbridge::proxy::http {

/// Counts what was answered. Routes are those of the table, so their number is bounded.
class Metrics {
 public:
  /// `route` lives as long as the program.
  void count_answer(std::string_view route, unsigned status) { ++answers_[{route, status}]; }
  void count_bytes(std::uint64_t bytes) { bytes_ += bytes; }
  void count_refusal() { ++refusals_; }

  std::size_t open_streams = 0;

  /// The exposition format, version 0.0.4.
  std::string text(const inspect::State& state) const;

 private:
  std::map<std::pair<std::string_view, unsigned>, std::uint64_t> answers_;
  std::uint64_t bytes_ = 0, refusals_ = 0;
};

}  // namespace rspbridge::proxy::http
