// Reads a block of tagged memory behind its end: the tags differ. Where the processor has no MTE, it says so and ends.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#ifndef PROT_MTE
#define PROT_MTE 0x20
#endif
#ifndef HWCAP2_MTE
#define HWCAP2_MTE (1UL << 18)
#endif

__attribute__((noinline)) static void tag(char *block) {
  __asm__ volatile(".arch armv8.5-a+memtag\n\tstg %0, [%0]" ::"r"(block) : "memory");
}

__attribute__((noinline)) static int read_at(volatile char *block, int at) {
  return block[at];  // crash
}

__attribute__((noinline)) static int run(int mode) {
  if (prctl(PR_SET_TAGGED_ADDR_CTRL, PR_TAGGED_ADDR_ENABLE | (unsigned)mode | (0xfffeUL << PR_MTE_TAG_SHIFT), 0, 0, 0) != 0) return 77;
  char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_MTE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return 77;
  char *block = (char *)((unsigned long)page | 3UL << 56);
  tag(block);
  int value = read_at(block, 0) + read_at(block, 16);
  printf("%d\n", value);
  return 0;
}

int main(int argc, char **argv) {
  if (!(getauxval(AT_HWCAP2) & HWCAP2_MTE)) return puts("no MTE") < 0 ? 1 : 77;
  int result = run(argc > 1 && strcmp(argv[1], "async") == 0 ? PR_MTE_TCF_ASYNC : PR_MTE_TCF_SYNC);
  return result != 0;
}
