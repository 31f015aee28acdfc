/* Mappings of the view. */
#define _GNU_SOURCE
#include <linux/userfaultfd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "memmap/client/internal.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

struct window* view_window_at(struct rspbridge_view* view, const char* place) {
  for (size_t i = 0; i < view->window_count; ++i) {
    struct window* window = &view->windows[i];
    if (place >= window->begin && place < window->begin + window->length) return window;
  }
  return NULL;
}

void view_forbid(struct window* window, char* begin, size_t length) {
  window->has_holes = true;
  /* Too many mappings for one more: then none of it, rather than a page that is asked for again and again. */
  if (mprotect(begin, length, PROT_NONE) != 0) mprotect(window->begin, window->length, PROT_NONE);
}

void view_allow_all(struct rspbridge_view* view) {
  for (size_t i = 0; i < view->window_count; ++i) {
    struct window* window = &view->windows[i];
    window->next = 0;
    if (window->has_holes && mprotect(window->begin, window->length, PROT_READ) == 0)
      window->has_holes = false;
  }
}

void view_forbid_all(struct rspbridge_view* view) {
  for (size_t i = 0; i < view->window_count; ++i) {
    struct window* window = &view->windows[i];
    view_forbid(window, window->begin, window->length);
    view_wake(view, window->begin, window->length);
  }
  memset(view->pending, 0, sizeof view->pending);
}

void view_wake(const struct rspbridge_view* view, char* begin, size_t length) {
  struct uffdio_range range = {(uintptr_t)begin, length};
  if (view->faults >= 0) ioctl(view->faults, UFFDIO_WAKE, &range);
}

/* Whole pages of the range; -1 if it isn't inside the view. */
static int round_range(uint64_t address, size_t length, uint64_t* begin, uint64_t* end) {
  if (length == 0 || address >= RSPBRIDGE_WIRE_VIEW_SIZE || length > RSPBRIDGE_WIRE_VIEW_SIZE - address)
    return view_fail(EINVAL, "The range is empty or ends behind 2^48.");
  *begin = address & ~(uint64_t)(PAGE_BYTES - 1);
  *end = (address + length + PAGE_BYTES - 1) & ~(uint64_t)(PAGE_BYTES - 1);
  return 0;
}

static int add_window(struct rspbridge_view* view, const struct window* window) {
  pthread_mutex_lock(&view->lock);
  if (view->window_count == view->window_room) {
    size_t room = view->window_room * 2 + 8;
    struct window* more = realloc(view->windows, room * sizeof *more);
    if (more != NULL) {
      view->windows = more;
      view->window_room = room;
    }
  }
  bool lost = view->lost, full = view->window_count == view->window_room;
  if (!lost && !full) view->windows[view->window_count++] = *window;
  pthread_mutex_unlock(&view->lock);
  if (lost) return view_fail(ENOTCONN, "The connection to rspbridge is lost.");
  return full ? view_fail(ENOMEM, "No memory for another window.") : 0;
}

static int register_faults(struct rspbridge_view* view, char* begin, size_t length) {
  struct uffdio_register request = {.range = {(uintptr_t)begin, length},
                                    .mode = UFFDIO_REGISTER_MODE_MISSING};
  if (view->faults < 0 || ioctl(view->faults, UFFDIO_REGISTER, &request) == 0) return 0;
  return view_fail(errno, "userfaultfd doesn't take the window: %s.", strerror(errno));
}

const void* rspbridge_view_map(rspbridge_view* view, uint64_t address, size_t length) {
  uint64_t begin = 0, end = 0;
  if (round_range(address, length, &begin, &end) != 0) return NULL;
  /* Without faults the window stays closed until it is filled. */
  int protection = view->faults >= 0 ? PROT_READ : PROT_NONE;
  char* place = mmap(NULL, end - begin, protection, MAP_PRIVATE | MAP_NORESERVE, view->memory, (off_t)begin);
  if (place == MAP_FAILED) {
    view_fail(errno, "The window can't be mapped: %s.", strerror(errno));
    return NULL;
  }
  struct window window = {
      .begin = place, .length = end - begin, .address = begin, .user = place + (address - begin)};
  window.has_holes = view->faults < 0;
  bool good = madvise(place, end - begin, MADV_DONTFORK) == 0 &&
              register_faults(view, place, end - begin) == 0 && add_window(view, &window) == 0;
  if (!good) {
    int error = errno;
    munmap(place, end - begin);
    errno = error;
    return NULL;
  }
  if (view->faults < 0 && rspbridge_view_refresh(view, window.user) != 0) {
    int error = errno;
    rspbridge_view_unmap(view, window.user);
    errno = error;
    return NULL;
  }
  return window.user;
}

/* The place in the list, or NULL with an error. The lock is held. */
static struct window* find_user(struct rspbridge_view* view, const void* user) {
  for (size_t i = 0; i < view->window_count; ++i)
    if (view->windows[i].user == user) return &view->windows[i];
  view_fail(EINVAL, "This is no window of the view.");
  return NULL;
}

int rspbridge_view_unmap(rspbridge_view* view, const void* user) {
  pthread_mutex_lock(&view->lock);
  struct window* found = find_user(view, user);
  if (found != NULL) {
    struct window window = *found;
    *found = view->windows[--view->window_count];
    munmap(window.begin, window.length);
    view_wake(view, window.begin, window.length);
  }
  pthread_mutex_unlock(&view->lock);
  return found != NULL ? 0 : -1;
}

/* Opens a filled window and maps its pages. 1 if that is still of the stop in which it was filled. */
static int open_window(struct rspbridge_view* view, const void* user, uint64_t stop_id) {
  pthread_mutex_lock(&view->lock);
  struct window* window = find_user(view, user);
  int result = window == NULL ? -1 : 0;
  if (window != NULL && view->faults < 0 && !view->lost && !view->running && view->stop_id == stop_id) {
    if (mprotect(window->begin, window->length, PROT_READ) == 0) window->has_holes = false;
  }
  /* Kernels before 5.14 don't have this; then touching maps the pages. */
  if (window != NULL) madvise(window->begin, window->length, MADV_POPULATE_READ);
  if (window != NULL && view->lost) result = view_fail(ENOTCONN, "The connection to rspbridge is lost.");
  pthread_mutex_unlock(&view->lock);
  return result == 0 ? rspbridge_view_state(view) == stop_id * 2 : -1;
}

int rspbridge_view_refresh(rspbridge_view* view, const void* user) {
  for (int tries = 0; tries < 16; ++tries) {
    pthread_mutex_lock(&view->lock);
    struct window* found = find_user(view, user);
    struct window window = found != NULL ? *found : (struct window){0};
    pthread_mutex_unlock(&view->lock);
    uint64_t stop_id;
    if (found == NULL || rspbridge_view_ensure(view, window.address, window.length, &stop_id) != 0) return -1;
    int result = open_window(view, user, stop_id);
    if (result != 0) return result < 0 ? -1 : 0;
  }
  return view_fail(EAGAIN, "The target resumed too often while its memory was fetched.");
}
