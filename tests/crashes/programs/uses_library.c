// Crashes in a shared library of its own.
#include <stdio.h>

int library_decode(const unsigned char *bytes);

__attribute__((noinline)) static int receive(const unsigned char *bytes) {
  int value = library_decode(bytes);
  printf("%d\n", value);
  return value;
}

const unsigned char *volatile packet;

int main(void) { return receive(packet) & 1; }
