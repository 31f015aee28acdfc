// 200 threads that wait, and one that calls ready() over and over.
#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

int calls = 0;
extern "C" __attribute__((noinline)) void ready() {
  ++calls;
}

void wait_for(std::mutex& never) {
  std::lock_guard<std::mutex> lock(never);
}

int main() {
  std::mutex never;
  never.lock();
  std::vector<std::thread> pool;
  for (int i = 0; i < 199; i++) pool.emplace_back([&never] { wait_for(never); });
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  for (;;) ready();
}
