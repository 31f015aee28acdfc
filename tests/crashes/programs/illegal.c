// Executes an undefined instruction.
#include <stdio.h>

__attribute__((noinline)) static int accelerated(int value) {
  __asm__ volatile("udf #0");  // crash
  return value * 3;
}

__attribute__((noinline)) static int compute(int value) {
  int result = accelerated(value);
  printf("%d\n", result);
  return result;
}

int main(void) { return compute(4) & 1; }
