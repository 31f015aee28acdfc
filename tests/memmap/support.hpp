// What the tests of the memory map share.
#pragma once

#include <cstdio>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>

namespace rspbridge::memmap::test {

inline std::string file_text(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Calls `target` with `count` damaged copies of `sample`: bytes changed, the end cut off. Always the same
/// ones.
template <typename Target>
void mutate(const std::string& sample, int count, Target target) {
  std::mt19937 random(20);
  for (int i = 0; i < count; ++i) {
    std::string text = sample;
    for (auto changes = random() % 8; changes > 0 && !text.empty(); --changes)
      text[random() % text.size()] = static_cast<char>(random());
    if (random() % 4 == 0) text.resize(random() % (text.size() + 1));
    target(text);
  }
}

/// One line for whoever reads the test's output. Figures are never asserted.
inline void measured(std::string_view what, double value, std::string_view unit) {
  std::printf("measured: %.*s: %.3f %.*s\n", static_cast<int>(what.size()), what.data(), value,
              static_cast<int>(unit.size()), unit.data());
}

}  // namespace rspbridge::memmap::test
