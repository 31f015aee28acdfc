// Reads past the end of a buffer, into a page that was mapped without any permission.
#include <stdio.h>
#include <sys/mman.h>

__attribute__((noinline)) static int checksum(const volatile unsigned char *bytes, int length) {
  int sum = 0;
  for (int i = 0; i < length; ++i) sum += bytes[i];  // crash
  return sum;
}

__attribute__((noinline)) static int check(unsigned char *buffer, int length) {
  int sum = checksum(buffer, length);
  printf("%d\n", sum);
  return sum;
}

int main(void) {
  unsigned char *buffer = mmap(NULL, 0x20000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (buffer == MAP_FAILED || mprotect(buffer + 0x10000, 0x10000, PROT_NONE) != 0) return 1;
  int sum = check(buffer, 0x10001);
  return sum & 1;
}
