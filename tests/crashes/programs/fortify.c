// Copies more than fits with a fortified strcpy.
#include <stdio.h>
#include <string.h>

static char label[8];

__attribute__((noinline)) static int set_label(const char *name) {
  strcpy(label, name);  // crash
  return label[0];
}

__attribute__((noinline)) static int load(const char *name) {
  int letter = set_label(name);
  printf("%s %c\n", label, letter);
  return letter;
}

const char *volatile name = "far too long for this";

int main(void) { return load(name) & 1; }
