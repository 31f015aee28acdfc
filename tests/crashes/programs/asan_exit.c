// Reads behind a block of the heap; AddressSanitizer tells, and exits, as it does by default.
#include <stdio.h>
#include <stdlib.h>

// The leak checker can't work beside a debugger.
const char *__asan_default_options(void) { return "detect_leaks=0"; }

__attribute__((noinline)) static int sum_of(const int *values, int count) {
  int sum = 0;
  for (int i = 0; i <= count; ++i) sum += values[i];  // crash
  return sum;
}

int main(void) {
  int *values = calloc(3, sizeof *values);
  int sum = sum_of(values, 3);
  printf("%d\n", sum);
  free(values);
  return sum;
}
