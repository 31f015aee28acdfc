// One worker thread that waits at a gate beside a main thread that does something: two threads in known places.
#include <pthread.h>
#include <unistd.h>

int gate[2];
volatile int at_gate = 0;
int result = 0;

void wait_at_gate() {
  char opened = 0;
  at_gate = 1;
  if (read(gate[0], &opened, 1) != 1) _exit(97);
}

void* worker(void*) {
  pthread_setname_np(pthread_self(), "gatekeeper");
  wait_at_gate();
  return nullptr;
}

int busy(int value) {
  result = value * 3;
  return result;
}

int main() {
  pthread_t thread;
  if (pipe(gate) != 0) return 98;
  if (pthread_create(&thread, nullptr, worker, nullptr) != 0) return 99;
  while (at_gate == 0) usleep(1000);
  usleep(200000);  // by now it is asleep in read()
  int sum = busy(1);
  sum += busy(2);
  if (write(gate[1], "!", 1) != 1) return 96;
  pthread_join(thread, nullptr);
  return sum;
}
