// Frees a block twice.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct session {
  char *user;
  int closed;
};

__attribute__((noinline)) static int close_session(struct session *session) {
  free(session->user);  // crash
  return ++session->closed;
}

__attribute__((noinline)) static int log_out(struct session *session) {
  int closed = close_session(session);
  closed += close_session(session);
  printf("%d\n", closed);
  return closed;
}

int main(void) {
  struct session session = {strdup("somebody"), 0};
  return log_out(&session) - 2;
}
