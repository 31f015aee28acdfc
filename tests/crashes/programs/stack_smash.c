// Writes past the end of an array on the stack; the stack protector tells.
#include <stdio.h>

__attribute__((noinline)) static int copy(const char *text, int length) {
  char buffer[16];
  volatile char *to = buffer;
  for (int i = 0; i < length; ++i) to[i] = text[i];
  return buffer[0] + buffer[15];
}  // crash

__attribute__((noinline)) static int greet(const char *name) {
  int sum = copy(name, 20);
  printf("%s %d\n", name, sum);
  return sum;
}

char name[64] = "a name that is longer than anybody would have expected";

int main(void) { return greet(name) & 1; }
