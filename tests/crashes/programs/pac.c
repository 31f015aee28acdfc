// A return address on the stack is overwritten; its authentication fails.
#include <stdint.h>
#include <stdio.h>

__attribute__((noinline)) static void overwrite(uint64_t *record) { record[1] ^= 4; }

__attribute__((noinline)) static int victim(int value) {
  uint64_t *record = __builtin_frame_address(0);
  overwrite(record);
  return value + 1;
}

__attribute__((noinline)) static int caller(int value) {
  int result = victim(value);
  printf("%d\n", result);
  return result;
}

int main(void) { return caller(1) & 1; }
