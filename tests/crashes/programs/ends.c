// Ends by itself with the exit code that it is given; with "fork" a child crashes, and it doesn't.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int *volatile nothing;

__attribute__((noinline)) static int child_work(int value) {
  return *nothing + value;
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "0";
  if (strcmp(what, "fork") != 0) return atoi(what);
  pid_t child = fork();
  if (child == 0) return child_work(1);
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) return 1;
  printf("child: %s\n", WIFSIGNALED(status) ? "killed" : "ended");
  return 0;
}
