/* Signals and an endless loop, for handle, signal, ^C and info signals. */
#include <signal.h>
#include <stdio.h>

static volatile sig_atomic_t seen[2];
static volatile int spinning = 1;
static volatile unsigned long turns;

static void handler(int number) {
  if (number == SIGUSR1) seen[0] = seen[0] + 1;
  else seen[1] = seen[1] + 1;
}

__attribute__((noinline)) void spin(void) {
  while (spinning) turns = turns + 1;
}

__attribute__((noinline)) int report(int round) {
  printf("round %d: usr1 %d usr2 %d\n", round, (int)seen[0], (int)seen[1]);
  return round;
}

int main(void) {
  signal(SIGUSR1, handler);
  signal(SIGUSR2, handler);
  raise(SIGUSR1);
  report(1);
  raise(SIGUSR2);
  report(2);
  spin();
  report(3);
  return 3;
}
