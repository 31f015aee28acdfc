// A process with thousands of memory regions and hundreds of threads: vast REGIONS THREADS. It calls tick() for ever, which maps another
// region every second time.
#include <semaphore.h>
#include <sys/mman.h>

#include <cstdlib>
#include <thread>

namespace {
constexpr std::size_t page = 4096;
sem_t never;
}  // namespace

int ticks = 0;
void tick() {
  if (++ticks % 2 != 0) return;
  const int protection = ticks % 4 == 0 ? PROT_READ : PROT_NONE;  // its neighbour's is another
  if (mmap(nullptr, page, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED) std::abort();
}

int main(int argc, char** argv) {
  const std::size_t regions = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 5000;
  const int threads = argc > 2 ? std::atoi(argv[2]) : 200;
  sem_init(&never, 0, 0);
  for (int i = 0; i < threads; ++i) std::thread([] { sem_wait(&never); }).detach();
  // Every second page is another VMA than its neighbours.
  void* all = mmap(nullptr, regions * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (all == MAP_FAILED) return 1;
  for (std::size_t i = 0; i < regions; i += 2)
    if (mprotect(static_cast<char*>(all) + i * page, page, PROT_READ) != 0) return 1;
  for (;;) tick();
}
