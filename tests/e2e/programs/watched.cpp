// Writes and reads two globals at known places, for watchpoints.
#include <cstdio>

int written = 0;
volatile int read_often = 7;
int unrelated = 0;

void write_it(int value) {
  unrelated += value;
  written = value;
  unrelated -= 1;
}

int read_it() {
  int seen = read_often;
  return seen + 1;
}

int main() {
  int sum = 0;
  for (int i = 1; i <= 5; ++i) {
    write_it(i * 10);
    sum += read_it();
  }
  std::printf("sum %d written %d\n", sum, written);
}
