// Crashes in a signal handler: its caller is what the signal interrupted.
#include <signal.h>
#include <stdio.h>

static int *volatile counter;

__attribute__((noinline)) static int count(int number) {
  *counter += number;  // crash
  return *counter;
}

static void on_signal(int number) {
  int now = count(number);
  printf("%d\n", now);
}

__attribute__((noinline)) static int wait_for_it(int rounds) {
  raise(SIGUSR1);
  return rounds + 1;
}

int main(void) {
  signal(SIGUSR1, on_signal);
  return wait_for_it(1) - 2;
}
