// Frees what the allocator never gave.
#include <stdio.h>
#include <stdlib.h>

struct buffer {
  char *begin, *at;
};

__attribute__((noinline)) static int release(struct buffer *buffer) {
  free(buffer->at);  // crash
  return 0;
}

__attribute__((noinline)) static int use(struct buffer *buffer) {
  *buffer->at++ = 'x';
  int result = release(buffer);
  printf("released\n");
  return result;
}

int main(void) {
  struct buffer buffer = {malloc(64), NULL};
  buffer.at = buffer.begin;
  return use(&buffer);
}
