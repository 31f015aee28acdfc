// One of three threads crashes; the others wait.
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable changed;
int waiting = 0;
int* volatile shared_total;

__attribute__((noinline)) void wait_for_work() {
  std::unique_lock<std::mutex> lock(mutex);
  ++waiting;
  changed.notify_all();
  changed.wait(lock, [] { return waiting < 0; });
}

__attribute__((noinline)) int add_to_total(int amount) {
  *shared_total += amount;  // crash
  return *shared_total;
}

__attribute__((noinline)) void work() {
  {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [] { return waiting == 1; });
  }
  int total = add_to_total(3);
  std::printf("%d\n", total);
}

int main() {
  std::thread idle(wait_for_work), busy(work);
  busy.join();
  idle.join();
}
