// Every way to feed a wire: whole, bytewise and split in two at each point.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

using Chunks = std::vector<std::string_view>;

inline std::vector<Chunks> ways_to_feed(std::string_view wire) {
  std::vector<Chunks> ways{{wire}, {}};
  for (std::size_t i = 0; i < wire.size(); ++i) ways[1].push_back(wire.substr(i, 1));
  for (std::size_t i = 1; i < wire.size(); ++i) ways.push_back({wire.substr(0, i), wire.substr(i)});
  return ways;
}

/// For failure messages: where the wire was cut.
inline std::string describe(const Chunks& chunks) {
  std::string out;
  for (const auto chunk : chunks) out += "[" + std::string(chunk) + "]";
  return out;
}
