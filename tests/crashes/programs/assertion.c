// An assertion fails.
#include <assert.h>
#include <stdio.h>

struct queue {
  int used, size;
};

__attribute__((noinline)) static int push(struct queue *queue) {
  assert(queue->used < queue->size);  // crash
  return ++queue->used;
}

__attribute__((noinline)) static int enqueue(struct queue *queue, int count) {
  int last = 0;
  for (int i = 0; i < count; ++i) last = push(queue);
  printf("%d\n", last);
  return last;
}

int main(void) {
  struct queue queue = {0, 4};
  return enqueue(&queue, 5) & 1;
}
