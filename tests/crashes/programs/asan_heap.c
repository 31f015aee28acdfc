// Reads behind a block of the heap; AddressSanitizer tells.
#include <stdio.h>
#include <stdlib.h>

// Its default is to exit; and the leak checker can't work beside a debugger.
const char *__asan_default_options(void) { return "abort_on_error=1:detect_leaks=0:disable_coredump=0"; }

__attribute__((noinline)) static int sum_of(const int *values, int count) {
  int sum = 0;
  for (int i = 0; i <= count; ++i) sum += values[i];  // crash
  return sum;
}

__attribute__((noinline)) static int statistics(int count) {
  int *values = calloc((size_t)count, sizeof *values);
  int sum = sum_of(values, count);
  printf("%d\n", sum);
  free(values);
  return sum;
}

int main(void) { return statistics(10); }
