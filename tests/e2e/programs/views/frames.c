/* Deep and inlined calls, for step, next, until, advance, finish, bt, up and down. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEEP __attribute__((noinline))

struct node {
  struct node *next;
  int value;
};

static int compared;

static inline __attribute__((always_inline)) int clamp(int value, int limit) {
  int clamped = value > limit ? limit : value;
  return clamped + 1;
}

KEEP int leaf(int a, int b) {
  int sum = clamp(a, 50) + clamp(b, 60);
  return sum;
}

KEEP int middle(struct node *list, int scale) {
  int total = 0;
  for (struct node *node = list; node; node = node->next) {
    total += leaf(node->value, scale);
  }
  return total;
}

KEEP int descend(struct node *list, int depth) {
  if (depth == 0) return middle(list, 7);
  int below = descend(list, depth - 1);
  return below + depth;
}

KEEP static int ascending(const void *left, const void *right) {
  ++compared;
  return *(const int *)left - *(const int *)right;
}

KEEP long many(int a, int b, int c, int d, int e, int f, int g, int h, int i, double j) {
  char local[32];
  snprintf(local, sizeof local, "%d %d %.1f", a + b + c + d, e + f + g + h + i, j);
  return (long)strlen(local);
}

int main(int argc, char **argv) {
  struct node nodes[3] = {{&nodes[1], 10}, {&nodes[2], 70}, {NULL, argc}};
  int numbers[5] = {5, 3, 9, 1, 7};
  int depth = descend(nodes, 4);
  qsort(numbers, 5, sizeof numbers[0], ascending);
  long letters = many(1, 2, 3, 4, 5, 6, 7, 8, 9, 0.5);
  for (int i = 0; i < 3; ++i) {
    depth += numbers[i];
  }
  printf("%d %d %ld %d\n", depth, compared > 0, letters, argv[argc] == NULL);
  return depth & 63;
}
