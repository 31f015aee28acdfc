// Writes through a pointer that was never set to anything sensible.
#include <stdint.h>
#include <stdio.h>

__attribute__((noinline)) static int store(volatile int *where, int value) {
  *where = value;  // crash
  return value + 1;
}

__attribute__((noinline)) static int fill(uintptr_t where, int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += store((volatile int *)where + i, i);
  return sum;
}

uintptr_t somewhere = 0x123456789ab8;

int main(void) {
  int sum = fill(somewhere, 4);
  printf("%d\n", sum);
  return 0;
}
