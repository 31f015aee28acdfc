// Aborts without a word.
#include <stdio.h>
#include <stdlib.h>

__attribute__((noinline)) static int step(int state) {
  if (state > 2) abort();  // crash
  return state + 1;
}

__attribute__((noinline)) static int run(int state) {
  while (state < 10) state = step(state);
  printf("%d\n", state);
  return state;
}

int main(void) { return run(0) - 10; }
