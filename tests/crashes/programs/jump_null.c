// Calls a callback that nobody has set.
#include <stdio.h>

struct events {
  int (*opened)(int);
  int (*closed)(int);
};

struct events *volatile events;

__attribute__((noinline)) static int notify(int file) {
  return events->closed(file) + 1;  // crash
}

__attribute__((noinline)) static int close_all(int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += notify(i);
  return sum;
}

int main(void) {
  struct events none = {0};
  events = &none;
  int sum = close_all(2);
  printf("%d\n", sum);
  return 0;
}
