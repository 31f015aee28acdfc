// ARM64's own division by zero traps nowhere: this program's checks it, and raises the signal.
#include <signal.h>
#include <stdio.h>

__attribute__((noinline)) static int divide(int a, int b) {
  if (b == 0) raise(SIGFPE);  // crash
  return a / (b + (b == 0));
}

__attribute__((noinline)) static int mean(const int *values, int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += values[i];
  int result = divide(sum, count);
  printf("%d\n", result);
  return result;
}

int main(void) {
  int none[1] = {0};
  return mean(none, 0) & 1;
}
