// A signed pointer was forged: authenticating it makes it an address that cannot be read.
#include <stdint.h>
#include <stdio.h>

struct object {
  int value;
};

static inline struct object *authenticated(uint64_t pointer, uint64_t context) {
  __asm__("autda %0, %1" : "+r"(pointer) : "r"(context));
  return (struct object *)pointer;
}

__attribute__((noinline)) static int use(uint64_t pointer) {
  struct object *object = authenticated(pointer, 42);
  return object->value + 1;  // crash
}

__attribute__((noinline)) static int open_handle(struct object *object) {
  uint64_t pointer = (uint64_t)object;
  __asm__("pacda %0, %1" : "+r"(pointer) : "r"(42L));
  int result = use(pointer ^ (1ULL << 52));
  printf("%d\n", result);
  return result;
}

int main(void) {
  struct object object = {5};
  return open_handle(&object) & 1;
}
