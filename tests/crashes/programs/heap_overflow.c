// Overwrites the allocator's own data behind a block, which it notices later.
#include <stdio.h>
#include <stdlib.h>

__attribute__((noinline)) static void fill(volatile char *to, int length) {
  for (int i = 0; i < length; ++i) to[i] = (char)0xff;
}

__attribute__((noinline)) static char *grow(int length) {
  char *bytes = malloc((size_t)length);  // crash
  printf("%p\n", (void *)bytes);
  return bytes;
}

int main(void) {
  char *first = malloc(24);
  fill(first, 40);
  char *second = grow(4000);
  return second == first;
}
