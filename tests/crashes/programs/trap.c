// Reaches what was thought to be out of reach.
#include <stdio.h>

__attribute__((noinline)) static int weight(int kind) {
  switch (kind) {
    case 0: return 10;
    case 1: return 20;
    default: __builtin_trap();  // crash
  }
}

__attribute__((noinline)) static int weigh(const int *kinds, int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += weight(kinds[i]);
  printf("%d\n", sum);
  return sum;
}

int main(void) {
  int kinds[] = {0, 1, 2};
  return weigh(kinds, 3);
}
