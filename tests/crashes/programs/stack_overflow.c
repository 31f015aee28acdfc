// Recurses without an end.
#include <stdio.h>

__attribute__((noinline)) static long depth(volatile char *above, long level) {  // crash
  volatile char room[1024];
  room[0] = above[0];
  return depth(room, level + 1) + room[0];
}

int main(void) {
  volatile char first = 1;
  long sum = depth(&first, 0);
  printf("%ld\n", sum);
  return 0;
}
