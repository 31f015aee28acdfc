// Reads through a pointer that has a tag in its top byte, and nothing behind it.
#include <stdint.h>
#include <stdio.h>

struct handle {
  uint64_t tagged;
};

__attribute__((noinline)) static int load(const struct handle *handle) {
  return *(volatile int *)handle->tagged;  // crash
}

__attribute__((noinline)) static int total(const struct handle *handles, int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += load(&handles[i]);
  return sum;
}

struct handle handles[] = {{0x5a00000123456780}, {0x5a00000123456790}};

int main(void) {
  int sum = total(handles, 2);
  printf("%d\n", sum);
  return 0;
}
