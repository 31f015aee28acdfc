// Becomes another program: argv[1] with the arguments that follow it.
#include <cstdio>
#include <unistd.h>

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  execv(argv[1], argv + 1);
  std::perror(argv[1]);
  return 1;
}
