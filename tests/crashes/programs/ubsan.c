// A signed sum overflows; UndefinedBehaviorSanitizer tells.
#include <limits.h>
#include <stdio.h>

const char *__ubsan_default_options(void) { return "abort_on_error=1:print_stacktrace=0"; }

__attribute__((noinline)) static int add(int a, int b) {
  return a + b;  // crash
}

__attribute__((noinline)) static int balance(const int *values, int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum = add(sum, values[i]);
  printf("%d\n", sum);
  return sum;
}

int main(void) {
  int values[] = {INT_MAX, 1};
  return balance(values, 2);
}
