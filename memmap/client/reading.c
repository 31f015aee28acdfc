/* Fetching and copying memory, the VMAs, and waiting for stops. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "memmap/client/internal.h"

enum { MOST_TRIES = 16 };

/* One piece, of at most CHUNK_BYTES. */
static int ensure_piece(rspbridge_view* view, uint64_t address, uint64_t length, uint64_t* stop_id) {
  struct wire_request wire = {.type = RSPBRIDGE_WIRE_ENSURE,
                              .address = address,
                              .length = length,
                              .wait = (view->flags & RSPBRIDGE_VIEW_FAIL_WHILE_RUNNING) == 0};
  struct request request;
  if (view_ask(view, &request, &wire) != 0) return -1;
  if (request.answer.type != RSPBRIDGE_WIRE_OK || request.reached < address + length) {
    if (request.file >= 0) close(request.file);
    return view_fail(EPROTO, "rspbridge gave another answer than was asked for.");
  }
  *stop_id = request.answer.stop_id;
  return 0;
}

/* All pieces at one stop. 1 if the target resumed in between. */
static int ensure_once(rspbridge_view* view, uint64_t address, size_t length, uint64_t* stop_id) {
  uint64_t end = address + length;
  for (uint64_t at = address; at < end;) {
    uint64_t piece = end - at < CHUNK_BYTES ? end - at : CHUNK_BYTES, here;
    if (ensure_piece(view, at, piece, &here) != 0) return -1;
    if (at != address && here != *stop_id) return 1;
    *stop_id = here;
    at += piece;
  }
  return 0;
}

static int check_range(uint64_t address, size_t length) {
  if (length > 0 && address < RSPBRIDGE_WIRE_VIEW_SIZE && length <= RSPBRIDGE_WIRE_VIEW_SIZE - address)
    return 0;
  return view_fail(EINVAL, "The range is empty or ends behind 2^48.");
}

static int resumed_too_often(void) {
  return view_fail(EAGAIN, "The target resumed too often while its memory was fetched.");
}

int rspbridge_view_ensure(rspbridge_view* view, uint64_t address, size_t length, uint64_t* stop_id) {
  uint64_t at = 0;
  if (check_range(address, length) != 0) return -1;
  int result = 1;
  for (int tries = 0; tries < MOST_TRIES && result == 1; ++tries)
    result = ensure_once(view, address, length, &at);
  if (stop_id != NULL) *stop_id = at;
  return result == 1 ? resumed_too_often() : result;
}

static int copy(int file, char* buffer, size_t length, uint64_t offset) {
  while (length > 0) {
    ssize_t size = pread(file, buffer, length, (off_t)offset);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return view_fail(size < 0 ? errno : EIO, "The view can't be read.");
    buffer += size;
    length -= (size_t)size;
    offset += (uint64_t)size;
  }
  return 0;
}

int rspbridge_view_read(rspbridge_view* view, uint64_t address, void* buffer, size_t length,
                        uint64_t* stop_id) {
  for (int tries = 0; tries < MOST_TRIES; ++tries) {
    uint64_t at;
    if (rspbridge_view_ensure(view, address, length, &at) != 0) return -1;
    if (copy(view->memory, buffer, length, address) != 0) return -1;
    if (rspbridge_view_state(view) != at * 2) continue;
    if (stop_id != NULL) *stop_id = at;
    return 0;
  }
  return resumed_too_often();
}

char* rspbridge_view_vmas(rspbridge_view* view, size_t* length, uint64_t* stop_id) {
  struct wire_request wire = {.type = RSPBRIDGE_WIRE_VMAS};
  struct request request;
  if (view_ask(view, &request, &wire) != 0) return NULL;
  if (request.answer.type != RSPBRIDGE_WIRE_VMAS_REPLY) {
    view_fail(EPROTO, "rspbridge gave another answer than was asked for.");
    return NULL;
  }
  size_t size = request.answer.size;
  char* text = malloc(size + 1);
  int result = text != NULL ? copy(request.file, text, size, 0) : view_fail(ENOMEM, "No memory.");
  int error = errno;
  close(request.file);
  if (result != 0) {
    free(text);
    errno = error;
    return NULL;
  }
  text[size] = 0;
  if (length != NULL) *length = size;
  if (stop_id != NULL) *stop_id = request.answer.stop_id;
  return text;
}

int rspbridge_view_wait_for_stop(rspbridge_view* view, uint64_t after, int timeout_ms, uint64_t* stop_id) {
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += timeout_ms / 1000;
  until.tv_nsec += timeout_ms % 1000 * 1000000L;
  if (until.tv_nsec >= 1000000000L) {
    until.tv_nsec -= 1000000000L;
    ++until.tv_sec;
  }
  int error = 0;
  pthread_mutex_lock(&view->lock);
  while (!view->lost && error == 0 && (view->running || view->stop_id <= after))
    error = timeout_ms < 0 ? pthread_cond_wait(&view->changed, &view->lock)
                           : pthread_cond_timedwait(&view->changed, &view->lock, &until);
  bool lost = view->lost, stopped = !view->running && view->stop_id > after;
  if (stop_id != NULL) *stop_id = view->stop_id;
  pthread_mutex_unlock(&view->lock);
  if (lost) return view_fail(ENOTCONN, "The connection to rspbridge is lost.");
  return stopped ? 0 : view_fail(ETIMEDOUT, "The target didn't stop in time.");
}
