// Reads a mapped file beyond its end.
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

__attribute__((noinline)) static int read_index(const volatile char *index, long at) {
  return index[at];  // crash
}

__attribute__((noinline)) static int open_index(long at) {
  char name[] = "/tmp/index-XXXXXX";
  int file = mkstemp(name);
  if (file < 0 || unlink(name) != 0 || ftruncate(file, 100) != 0) return 1;
  const char *index = mmap(NULL, 0x20000, PROT_READ, MAP_SHARED, file, 0);
  if (index == MAP_FAILED) return 1;
  int value = read_index(index, at);
  printf("%d\n", value);
  return value;
}

int main(void) { return open_index(0x10000); }
