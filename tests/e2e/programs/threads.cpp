// Eight named worker threads, each some frames deep; runs for argv[1] seconds
// (default: for ever).  Threads 0 and 1 spin, the others mostly sleep.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <pthread.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

std::atomic<bool> stop{false};
std::atomic<long> ticks[8];
thread_local int my_number = -1;

__attribute__((noinline)) void tick(int n) {
  ticks[n]++;
  if (n > 1) std::this_thread::sleep_for(std::chrono::milliseconds(10));
}
__attribute__((noinline)) void loop(int n) { while (!stop) tick(n); }
void worker(int n) {
  my_number = n;
  pthread_setname_np(pthread_self(), ("worker-" + std::to_string(n)).c_str());
  loop(n);
}

int main(int argc, char **argv) {
  std::vector<std::thread> pool;
  for (int n = 0; n < 8; n++) pool.emplace_back(worker, n);
  std::printf("pid %d, 8 workers\n", static_cast<int>(getpid()));
  std::fflush(stdout);
  for (long left = argc > 1 ? std::atol(argv[1]) : -1; left != 0; left--) sleep(1);
  stop = true;
  for (auto &thread : pool) thread.join();
  long sum = 0;
  for (auto &tick : ticks) sum += tick;
  std::printf("%ld ticks\n", sum);
}
