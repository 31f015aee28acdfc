// A virtual call on an object that is gone, and whose memory holds text by now.
#include <cstdio>
#include <cstring>
#include <new>

struct Listener {
  virtual ~Listener() = default;
  virtual int heard(int what) = 0;
};

struct Counter : Listener {
  long count = 0;
  int heard(int what) override { return static_cast<int>(count += what); }
};

alignas(16) unsigned char memory[64];

__attribute__((noinline)) int tell(Listener* listener, int what) {
  return listener->heard(what) + 1;  // crash
}

__attribute__((noinline)) int tell_all(Listener** listeners, int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += tell(listeners[i], i);
  return sum;
}

int main() {
  Listener* listeners[] = {new (memory) Counter};
  listeners[0]->~Listener();
  std::memset(memory, 'B', sizeof memory);
  asm volatile("" ::"r"(memory) : "memory");
  int sum = tell_all(listeners, 1);
  std::printf("%d\n", sum);
}
