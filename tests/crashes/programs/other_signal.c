// Runs out of the processor time that it gave itself.
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

__attribute__((noinline)) static int spend(int seconds) {
  kill(getpid(), SIGXCPU);  // crash
  return seconds + 1;
}

__attribute__((noinline)) static int budget(int seconds) {
  int spent = spend(seconds);
  printf("%d\n", spent);
  return spent;
}

int main(void) { return budget(1) & 1; }
