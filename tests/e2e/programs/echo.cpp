// Copies its input to its output and what it was asked to say to its error output; says whether each is a terminal.
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

int main(int argc, char** argv) {
  std::printf("terminals: %d %d %d\n", isatty(0), isatty(1), isatty(2));
  std::fprintf(stderr, "error output: %s\n", argc > 1 ? argv[1] : "");
  char line[256];
  while (std::fgets(line, sizeof line, stdin) != nullptr) std::printf("got: %s", line);
  std::printf("end of input\n");
  return argc > 2 ? std::atoi(argv[2]) : 0;
}
