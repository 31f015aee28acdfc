// Calls what is data.
#include <stdio.h>

typedef int (*callback)(int);

static int code[4] = {1, 2, 3, 4};
void *volatile table[] = {code};

__attribute__((noinline)) static int call(int index, int value) {
  callback function = (callback)table[index];
  return function(value) + 1;  // crash
}

__attribute__((noinline)) static int dispatch(int value) {
  int result = call(0, value);
  printf("%d\n", result);
  return result;
}

int main(void) { return dispatch(7) & 1; }
