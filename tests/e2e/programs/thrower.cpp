// Throws and catches, twice; loads no library of its own.
#include <cstdio>
#include <stdexcept>

void thrower(int depth) {
  if (depth == 0) throw std::runtime_error("thrown on purpose");
  thrower(depth - 1);
}

int main() {
  for (int i = 0; i < 2; ++i) {
    try {
      thrower(i + 1);
    } catch (const std::runtime_error& error) {
      std::printf("caught: %s\n", error.what());
    }
  }
}
