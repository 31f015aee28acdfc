/* Calls that wait for an answer. */
#include <sys/socket.h>

#include "memmap/client/internal.h"

/* errno for each code of a FAILURE. */
static int error_of(uint32_t code) {
  switch (code) {
    case RSPBRIDGE_WIRE_UNREADABLE:
      return EFAULT;
    case RSPBRIDGE_WIRE_RUNNING:
      return EAGAIN;
    case RSPBRIDGE_WIRE_FULL:
      return ENOSPC;
    default:
      return EIO;
  }
}

static void forget(struct rspbridge_view* view, struct request* request) {
  struct request** link = &view->requests;
  while (*link != NULL && *link != request) link = &(*link)->next;
  if (*link != NULL) *link = request->next;
}

int view_ask(struct rspbridge_view* view, struct request* request, const struct wire_request* wire) {
  struct wire_request numbered = *wire;
  unsigned char bytes[WIRE_REQUEST_MAX];
  request->done = false;
  request->file = -1;
  request->address = request->reached = wire->address;
  pthread_mutex_lock(&view->lock);
  request->id = numbered.id = ++view->last_id;
  request->next = view->requests;
  view->requests = request;
  bool lost = view->lost;
  pthread_mutex_unlock(&view->lock);
  /* Not under the lock: the server may wait for us to read before it takes more. */
  size_t size = wire_encode(&numbered, bytes);
  if (!lost) lost = send(view->socket, bytes, size, MSG_NOSIGNAL) != (ssize_t)size;
  pthread_mutex_lock(&view->lock);
  while (!lost && !request->done && !view->lost) pthread_cond_wait(&view->changed, &view->lock);
  forget(view, request);
  pthread_mutex_unlock(&view->lock);
  if (!request->done) return view_fail(ENOTCONN, "The connection to rspbridge is lost.");
  if (request->answer.type == RSPBRIDGE_WIRE_FAILURE)
    return view_fail(error_of(request->answer.code), "%s", request->answer.text);
  return 0;
}

bool view_answer(struct rspbridge_view* view, const struct wire_message* message, int file) {
  for (struct request* each = view->requests; each != NULL; each = each->next) {
    if (each->id != message->id || each->done) continue;
    each->answer = *message;
    if (message->type == RSPBRIDGE_WIRE_OK) each->reached = wire_reach(message, each->address);
    each->answer.ranges = NULL;
    each->file = file;
    each->done = true;
    pthread_cond_broadcast(&view->changed);
    return true;
  }
  return false;
}
