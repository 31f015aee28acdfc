/* A parent and a child, for catch fork and follow-fork-mode. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

__attribute__((noinline)) int in_child(int value) { return value + 1; }
__attribute__((noinline)) int in_parent(int value) { return value + 2; }

int main(void) {
  int status = 0;
  pid_t child = fork();
  if (child == 0) _exit(in_child(40));
  waitpid(child, &status, 0);
  int result = in_parent(WEXITSTATUS(status));
  printf("child %d, parent %d\n", WEXITSTATUS(status), result);
  return 0;
}
