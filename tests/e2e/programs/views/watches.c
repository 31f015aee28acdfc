/* Variables that are written and read, and system calls, for watch, rwatch, awatch, catch syscall and display. */
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

struct record {
  char tag;
  short small;
  int number;
  long wide;
};

static struct record record = {'a', 1, 10, 100};
static volatile int counter;
static volatile int source = 7;
static double real = 0.5;

__attribute__((noinline)) int bump(int by) {
  counter += by;
  return counter;
}

__attribute__((noinline)) int read_source(void) { return source + 1; }

__attribute__((noinline)) void change(struct record *where, int step) {
  int local = step;
  where->small = (short)(where->small + step);
  where->wide *= 2;
  local += where->number;
  where->number = local;
}

int main(void) {
  int sum = 0;
  for (int i = 1; i <= 4; ++i) {
    sum += bump(i);
    change(&record, i);
    real *= 2;
  }
  sum += read_source();
  sum += source;
  write(STDOUT_FILENO, "written\n", 8);
  syscall(SYS_getppid);
  printf("%d %d %ld %.1f\n", sum, record.number, record.wide, real);
  return 0;
}
