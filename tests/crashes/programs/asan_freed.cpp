// Uses a block after it was freed; AddressSanitizer tells.
#include <cstdio>
#include <memory>

extern "C" const char* __asan_default_options() { return "abort_on_error=1:detect_leaks=0:disable_coredump=0"; }

struct Cache {
  int* entry = new int[4]();
  __attribute__((noinline)) void drop() { delete[] entry; }
  __attribute__((noinline)) int get(int at) const { return entry[at]; }  // crash
};

__attribute__((noinline)) int serve(Cache& cache) {
  cache.drop();
  int value = cache.get(2);
  std::printf("%d\n", value);
  return value;
}

int main() {
  Cache cache;
  return serve(cache);
}
