// Hands the C library a null pointer: the line is the caller's.
#include <stdio.h>
#include <string.h>

__attribute__((noinline)) static size_t width(const char *text) {
  return strlen(text) + 2;  // crash
}

__attribute__((noinline)) static size_t layout(const char **texts, int count) {
  size_t sum = 0;
  for (int i = 0; i < count; ++i) sum += width(texts[i]);
  printf("%zu\n", sum);
  return sum;
}

const char *texts[] = {"one", NULL};

int main(void) { return (int)layout(texts, 2) & 1; }
