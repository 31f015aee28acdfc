// Calls that end otherwise than by a plain return, or that something happens in: for next and step.
#include <csetjmp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

volatile int total = 0;
volatile int usr1 = 0, usr2 = 0, worked = 0;
jmp_buf here;

void count(int by) { total = total + by; }

int factorial(int n) {
  if (n < 2) return 1;
  int rest = factorial(n - 1);
  return n * rest;
}

int fibonacci(int n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

void throws(int depth) {
  if (depth == 0) throw 42;
  throws(depth - 1);
  count(1000);
}

void jumps(int depth) {
  if (depth <= 0) longjmp(here, 7);
  if (depth > 0) jumps(depth - 1);
  count(1000);
}

void on_usr1(int) { usr1 = usr1 + 1; }
void on_usr2(int) { usr2 = usr2 + 1; }

void signals() {
  raise(SIGUSR1);
  raise(SIGUSR2);
}

int compare(const void* a, const void* b) {
  int first = *static_cast<const int*>(a), second = *static_cast<const int*>(b);
  return first - second;
}

void forks() {
  if (pid_t child = fork())
    waitpid(child, nullptr, 0);
  else
    _exit(3);
}

void* work(void* last) {  // none ends before the last one: at its breakpoint main is one of four threads, however fast they are
  for (int i = 0; i < 200; ++i) {
    count(0); count(0);  // from several threads at once: others would lose some
  }
  if (last) worked = 1; else while (!worked) usleep(1000);
  return nullptr;
}

struct Shape {
  virtual ~Shape() = default;
  virtual int area() const { return 1; }
};
struct Square : Shape {
  int area() const override { return 4; }
};

int shapes(const Shape& shape, int (*also)(int)) {
  int area = shape.area() + also(3);
  return area;
}

int main() {
  std::setvbuf(stdout, nullptr, _IONBF, 0);
  count(factorial(5));
  count(fibonacci(7));
  for (int i = 0; i < 20; ++i) count(i);
  try {
    throws(3);
  } catch (int thrown) {
    count(thrown);
  }
  if (setjmp(here) == 0) {
    jumps(3);
  } else {
    count(2);
  }
  std::signal(SIGUSR1, on_usr1);
  std::signal(SIGUSR2, on_usr2);
  signals();
  int numbers[] = {5, 3, 8, 1};
  std::qsort(numbers, 4, sizeof numbers[0], compare);
  void* library = dlopen("libm.so.6", RTLD_NOW);
  if (library) dlclose(library);
  forks();
  count(shapes(Square(), factorial));
  pthread_t threads[3];
  for (pthread_t& thread : threads) pthread_create(&thread, nullptr, work, nullptr);
  work(threads);
  for (pthread_t& thread : threads) pthread_join(thread, nullptr);
  std::printf("total %d, first %d, signals %d %d\n", total, numbers[0], usr1, usr2);
  std::exit(total & 0x7f);
}
