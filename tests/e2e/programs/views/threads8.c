/* Eight threads that wait where they are, for info threads, thread apply and variables of threads: errno stands for
   those, since gcc's debug information doesn't say where an ARM64 thread's own variables are. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { threads = 8 };

static _Thread_local int own = 100;
static atomic_int tids[threads];
static int gate[2];
static int results[threads];

__attribute__((noinline)) int wait_at_gate(int number) {
  char byte = 0;
  own += number;
  errno = number;
  atomic_store(&tids[number], (int)syscall(SYS_gettid));
  if (read(gate[0], &byte, 1) != 1) return -1;
  return own * 2;
}

static void *work(void *argument) {
  int number = (int)(long)argument;
  results[number] = wait_at_gate(number);
  return NULL;
}

static int sleeps(int tid) { /* whether the kernel says that the thread waits in read() */
  char path[64], state = 0;
  snprintf(path, sizeof path, "/proc/self/task/%d/stat", tid);
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  if (fscanf(file, "%*d %*s %c", &state) != 1) state = 0;
  fclose(file);
  return state == 'S';
}

__attribute__((noinline)) void everybody_waits(int how_many) { own += how_many; }

int main(void) {
  pthread_t handles[threads];
  int sum = 0;
  if (pipe(gate) != 0) return 1;
  for (long i = 0; i < threads; ++i) pthread_create(&handles[i], NULL, work, (void *)i);
  for (int i = 0; i < threads; ++i) {
    while (atomic_load(&tids[i]) == 0 || !sleeps(tids[i])) usleep(1000);
  }
  everybody_waits(threads);
  if (write(gate[1], "01234567", threads) != threads) return 1;
  for (int i = 0; i < threads; ++i) {
    pthread_join(handles[i], NULL);
    sum += results[i];
  }
  printf("sum %d own %d\n", sum, own);
  return 0;
}
