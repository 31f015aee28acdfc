// Branches into the middle of a function, where there is no landing pad for it.
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>

#ifndef PROT_BTI
#define PROT_BTI 0x10
#endif

// A page of its own: only that is guarded, since not all that a program is linked with has landing pads.
extern char gadget[], middle_of_gadget[];
__asm__(
    ".text\n.balign 4096\n.globl gadget\n.type gadget, %function\ngadget:\n\thint #34\n\tmov w0, #1\n"
    ".globl middle_of_gadget\n.type middle_of_gadget, %function\nmiddle_of_gadget:\n\tadd w0, w0, #1\n\tret\n.balign 4096\n");

__attribute__((noinline)) static int invoke(int (*target)(int), int value) {
  return target(value) + 1;  // crash
}

__attribute__((noinline)) static int select_and_invoke(int value) {
  int result = invoke((int (*)(int))gadget, value);
  result += invoke((int (*)(int))middle_of_gadget, value);
  printf("%d\n", result);
  return result;
}

int main(void) {
  if (mprotect(gadget, 4096, PROT_READ | PROT_EXEC | PROT_BTI) != 0) return 1;
  return select_and_invoke(1) & 1;
}
