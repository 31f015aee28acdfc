// Exceptions that pass through several frames, for catch throw, catch catch and next over a throw.
#include <cstdio>
#include <stdexcept>
#include <string>

struct Guard {
  explicit Guard(int& counter) : counter_(counter) {}
  ~Guard() { ++counter_; }
  int& counter_;
};

static int cleaned = 0;

__attribute__((noinline)) int thrower(int depth) {
  Guard guard(cleaned);
  if (depth == 0) throw std::runtime_error("thrown at the bottom");
  int result = thrower(depth - 1);
  return result + 1;
}

__attribute__((noinline)) std::string attempt(int depth) {
  try {
    return "returned " + std::to_string(thrower(depth));
  } catch (const std::exception& error) {
    return error.what();
  }
}

int main() {
  std::string first = attempt(3);
  int number = 0;
  try {
    throw 42;
  } catch (int value) {
    number = value;
  }
  std::printf("%s %d %d\n", first.c_str(), cleaned, number);
  return 0;
}
