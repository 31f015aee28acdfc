// Overwrites its own frame records, and those of its callers, then crashes.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int *volatile nothing;

__attribute__((noinline)) static int smash(int value) {
  volatile uint64_t *record = __builtin_frame_address(0);
  for (int i = 0; i < 12; ++i) record[i] = 0x4141414141414141;
  return *nothing + value;  // crash
}

__attribute__((noinline)) static int outer(int value) {
  char room[64];
  memset(room, value, sizeof room);
  int result = smash(room[3]);
  printf("%d\n", result);
  return result;
}

int main(void) { return outer(1); }
