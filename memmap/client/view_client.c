/* Connecting, reading, waiting. */
#define _GNU_SOURCE
#include "memmap/view_client.h"

#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "memmap/client/internal.h"

#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY 1
#endif

static _Thread_local char sentence[RSPBRIDGE_WIRE_SENTENCE_MAX + 4096];

const char* rspbridge_view_error(void) {
  return sentence;
}

int view_fail(int error, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(sentence, sizeof sentence, format, arguments);
  va_end(arguments);
  errno = error;
  return -1;
}

/* A userfaultfd for touches by programs only, which any user may have; -1 where it can't be used. */
static int open_faults(void) {
  int faults = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY);
  struct uffdio_api api = {.api = UFFD_API, .features = UFFD_FEATURE_MISSING_SHMEM};
  if (faults >= 0 && ioctl(faults, UFFDIO_API, &api) != 0) {
    int error = errno;
    close(faults);
    errno = error;
    return -1;
  }
  return faults;
}

static int open_view(struct rspbridge_view* view) {
  char buffer[RSPBRIDGE_WIRE_MESSAGE_MAX];
  struct wire_message hello;
  if (view_receive(view->socket, buffer, &hello, &view->memory) == 0 || hello.type != RSPBRIDGE_WIRE_HELLO)
    return view_fail(EPROTO, "That isn't the view of an rspbridge, or it refused the connection.");
  if (hello.version != RSPBRIDGE_WIRE_VERSION || hello.page_size != PAGE_BYTES ||
      sysconf(_SC_PAGESIZE) != PAGE_BYTES)
    return view_fail(
        EPROTO, "The rspbridge has version %u of the view with pages of %u bytes; this library has %d, %d.",
        hello.version, hello.page_size, RSPBRIDGE_WIRE_VERSION, PAGE_BYTES);
  strcpy(view->session, hello.text);
  view->stop_id = hello.stop_id;
  view->running = hello.running;
  void* control =
      mmap(NULL, PAGE_BYTES, PROT_READ, MAP_SHARED, view->memory, (off_t)RSPBRIDGE_WIRE_VIEW_SIZE);
  if (control == MAP_FAILED) return view_fail(errno, "The view can't be mapped: %s.", strerror(errno));
  view->control = control;
  if (view->control[RSPBRIDGE_WIRE_CONTROL_MAGIC / 8] != RSPBRIDGE_WIRE_MAGIC)
    return view_fail(EPROTO, "The view has no control page.");
  if ((view->flags & RSPBRIDGE_VIEW_NO_FAULTS) == 0) view->faults = open_faults();
  if (view->faults < 0 && (view->flags & RSPBRIDGE_VIEW_NEED_FAULTS) != 0)
    return view_fail(errno, "userfaultfd can't be used here: %s.", strerror(errno));
  view->wake = eventfd(0, EFD_CLOEXEC);
  return view->wake >= 0 ? 0 : view_fail(errno, "No eventfd: %s.", strerror(errno));
}

static int start_service(struct rspbridge_view* view) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int error = pthread_create(&view->thread, NULL, view_service, view);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return error == 0 ? 0 : view_fail(error, "No thread: %s.", strerror(error));
}

static void dispose(struct rspbridge_view* view) {
  for (size_t i = 0; i < view->window_count; ++i) munmap(view->windows[i].begin, view->windows[i].length);
  free(view->windows);
  if (view->control != NULL) munmap((void*)(uintptr_t)view->control, PAGE_BYTES);
  int files[] = {view->socket, view->memory, view->faults, view->wake};
  for (size_t i = 0; i < sizeof files / sizeof *files; ++i)
    if (files[i] >= 0) close(files[i]);
  pthread_cond_destroy(&view->changed);
  pthread_mutex_destroy(&view->lock);
  free(view);
}

rspbridge_view* rspbridge_view_connect(const char* session, unsigned flags) {
  struct rspbridge_view* view = calloc(1, sizeof *view);
  if (view == NULL) {
    view_fail(ENOMEM, "No memory.");
    return NULL;
  }
  view->flags = flags;
  view->memory = view->faults = view->wake = -1;
  pthread_condattr_t clock;
  pthread_condattr_init(&clock);
  pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
  pthread_cond_init(&view->changed, &clock);
  pthread_condattr_destroy(&clock);
  pthread_mutex_init(&view->lock, NULL);
  view->socket = view_find(session);
  if (view->socket >= 0 && open_view(view) == 0 && start_service(view) == 0) return view;
  int error = errno;
  dispose(view);
  errno = error;
  return NULL;
}

void rspbridge_view_close(rspbridge_view* view) {
  if (view == NULL) return;
  uint64_t one = 1;
  while (write(view->wake, &one, sizeof one) < 0 && errno == EINTR) {
  }
  pthread_join(view->thread, NULL);
  dispose(view);
}

const char* rspbridge_view_session(const rspbridge_view* view) {
  return view->session;
}
bool rspbridge_view_has_faults(const rspbridge_view* view) {
  return view->faults >= 0;
}

uint64_t rspbridge_view_state(const rspbridge_view* view) {
  /* What was read before stays before. */
  __atomic_thread_fence(__ATOMIC_ACQUIRE);
  return __atomic_load_n(view->control + RSPBRIDGE_WIRE_CONTROL_STATE / 8, __ATOMIC_ACQUIRE);
}
uint64_t rspbridge_view_stop_id(const rspbridge_view* view) {
  return rspbridge_view_state(view) / 2;
}
bool rspbridge_view_is_running(const rspbridge_view* view) {
  return rspbridge_view_state(view) % 2 == 1;
}
