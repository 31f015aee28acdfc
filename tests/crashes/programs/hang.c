// Never comes to an end.
#include <stdio.h>

static volatile int done;

__attribute__((noinline)) static int spin(int rounds) {
  while (!done) ++rounds;
  return rounds;
}

int main(void) {
  printf("waiting\n");
  fflush(stdout);
  return spin(0) & 1;
}
