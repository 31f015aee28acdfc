// An exception leaves a function that promised to let none out.
#include <cstdio>
#include <vector>

class Samples {
 public:
  explicit Samples(int count) : values_(static_cast<std::size_t>(count), 1) {}
  __attribute__((noinline)) int last() const noexcept { return values_.at(values_.size()); }  // crash

 private:
  std::vector<int> values_;
};

__attribute__((noinline)) int measure(int count) {
  Samples samples(count);
  int last = samples.last();
  std::printf("%d\n", last);
  return last;
}

int main() { return measure(3) - 1; }
