// Follows a pointer that text was written over: no virtual address space has such an address.
#include <stdio.h>
#include <string.h>

struct node {
  char label[8];
  struct node *next;
};

__attribute__((noinline)) static int length(const struct node *list) {
  int count = 0;
  for (; list; list = list->next) count += list->label[0] != 0;  // crash
  return count;
}

__attribute__((noinline)) static void rename_node(struct node *node, const char *label) {
  char *to = node->label;
  for (int i = 0; i < 15; ++i) to[i] = label[i];
}

int main(void) {
  struct node last = {"last", NULL}, first = {"first", &last};
  rename_node(&first, "AAAAAAAAAAAAAAAA");
  int count = length(&first);
  printf("%d\n", count);
  return 0;
}
