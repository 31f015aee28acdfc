// A function reads through a pointer that is null when nothing was found.
#include <stdio.h>
#include <string.h>

static const char *const names[] = {"one", "two"};

static const char *find(const char *name) {
  for (unsigned i = 0; i < sizeof names / sizeof *names; ++i)
    if (strcmp(names[i], name) == 0) return names[i];
  return NULL;
}

static int initial(const char *name) {
  const char *found = find(name);
  return *(const volatile char *)found;  // crash
}

__attribute__((noinline)) static int look_up(const char *name) {
  int letter = initial(name);
  printf("%s begins with %c\n", name, letter);
  return letter;
}

int main(int argc, char **argv) { return look_up(argc > 1 ? argv[1] : "three") == 't'; }
