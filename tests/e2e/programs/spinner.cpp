// Spins in one line for ever, to be interrupted or attached to. A debugger may end it by writing 0 into `spinning`.
#include <cstdio>
#include <unistd.h>

volatile int spinning = 1;
volatile unsigned long turns = 0;

void spin() {
  while (spinning != 0) turns = turns + 1;
}

int main(int argc, char**) {
  std::printf("pid %d\n", static_cast<int>(getpid()));
  std::fflush(stdout);
  spin();
  std::printf("released\n");
  return argc;
}
