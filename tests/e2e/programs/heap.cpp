// A 64 MiB buffer of known content: the 64-bit word number i holds
// i * 0x9e3779b97f4a7c15.  Prints pid and address, stops in ready(), then
// sleeps for argv[1] seconds (default: for ever).
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

constexpr std::size_t heap_bytes = std::size_t{64} << 20;
std::uint64_t *heap;

extern "C" __attribute__((noinline)) void ready(const void *at, std::size_t bytes) {
  std::printf("pid %d heap %p bytes %zu\n", static_cast<int>(getpid()), at, bytes);
  std::fflush(stdout);
}

int main(int argc, char **argv) {
  heap = static_cast<std::uint64_t *>(std::malloc(heap_bytes));
  if (!heap) return 1;
  for (std::size_t i = 0; i < heap_bytes / 8; i++) heap[i] = i * UINT64_C(0x9e3779b97f4a7c15);
  ready(heap, heap_bytes);
  for (long left = argc > 1 ? std::atol(argv[1]) : -1; left != 0; left--) sleep(1);
}
