// An exclusive load from an address that isn't aligned.
#include <stdint.h>
#include <stdio.h>

static unsigned char bytes[32] __attribute__((aligned(16)));

__attribute__((noinline)) static uint64_t load_exclusive(void *from) {
  uint64_t value;
  __asm__ volatile("ldxr %0, [%1]" : "=r"(value) : "r"(from) : "memory");  // crash
  return value + 1;
}

__attribute__((noinline)) static uint64_t lock(unsigned offset) {
  uint64_t value = load_exclusive(bytes + offset);
  printf("%lu\n", (unsigned long)value);
  return value;
}

int main(void) { return (int)lock(1) & 1; }
