// A constructor calls, by way of another function, what only a derived class has.
#include <cstdio>

struct Shape {
  Shape() { announce(); }
  virtual ~Shape() = default;
  virtual int corners() const = 0;
  __attribute__((noinline)) void announce() const {
    int count = corners();  // crash
    std::printf("%d corners\n", count);
  }
};

struct Square : Shape {
  Square();
  int corners() const override { return 4; }
};

__attribute__((noinline)) Square::Square() { std::printf("a square\n"); }

__attribute__((noinline)) int draw() {
  Square square;
  return square.corners();
}

int main() { return draw() - 4; }
