// Forks; parent and child each go through a function of their own, and the parent takes the child's exit status.
#include <cstdio>
#include <sys/wait.h>
#include <unistd.h>

int role = 0;

int child_work(int value) {
  role = 1;
  return value + 1;
}

int parent_work(int value) {
  role = 2;
  return value + 2;
}

int main() {
  pid_t child = fork();
  if (child == 0) _exit(child_work(40));
  if (child < 0) return 99;
  int status = 0;
  if (waitpid(child, &status, 0) != child) return 98;
  int mine = parent_work(1);
  std::printf("child exited with %d, parent has %d\n", WEXITSTATUS(status), mine);
  std::fflush(stdout);
  return mine;
}
