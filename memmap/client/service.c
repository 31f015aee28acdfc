/* The thread of a view: messages of the server, and touched pages. */
#define _GNU_SOURCE
#include <linux/userfaultfd.h>
#include <poll.h>
#include <unistd.h>

#include "memmap/client/internal.h"

static void take_state(struct rspbridge_view* view, const struct wire_message* message) {
  view->stop_id = message->stop_id;
  view->running = message->running;
  /* What couldn't be read at one stop may be at the next. Without faults a touch would make a page of zeros.
   */
  if (view->faults >= 0)
    view_allow_all(view);
  else if (view->running)
    view_forbid_all(view);
  pthread_cond_broadcast(&view->changed);
}

/* False if the connection is over. */
static bool take_message(struct rspbridge_view* view, char* buffer) {
  struct wire_message message;
  int file;
  if (view_receive(view->socket, buffer, &message, &file) == 0) return false;
  bool taken = true;
  pthread_mutex_lock(&view->lock);
  if (message.type == RSPBRIDGE_WIRE_STATE)
    take_state(view, &message);
  else if (message.type == RSPBRIDGE_WIRE_HELLO)
    taken = false;
  else if (!view_fault_answer(view, &message))
    taken = view_answer(view, &message, file);
  pthread_mutex_unlock(&view->lock);
  if (!taken && file >= 0) close(file);
  return taken;
}

static void take_faults(struct rspbridge_view* view) {
  struct uffd_msg messages[16];
  pthread_mutex_lock(&view->lock);
  size_t room = view_free_faults(view), most = sizeof messages / sizeof *messages;
  ssize_t size = read(view->faults, messages, (room < most ? room : most) * sizeof *messages);
  for (ssize_t i = 0; i < size / (ssize_t)sizeof *messages; ++i) {
    if (messages[i].event != UFFD_EVENT_PAGEFAULT) continue;
    view_touched(view, (char*)(uintptr_t)(messages[i].arg.pagefault.address & ~(uint64_t)(PAGE_BYTES - 1)));
  }
  pthread_mutex_unlock(&view->lock);
}

static void lose(struct rspbridge_view* view) {
  pthread_mutex_lock(&view->lock);
  view->lost = true;
  view_forbid_all(view);
  pthread_cond_broadcast(&view->changed);
  pthread_mutex_unlock(&view->lock);
}

void* view_service(void* argument) {
  struct rspbridge_view* view = argument;
  char buffer[RSPBRIDGE_WIRE_MESSAGE_MAX];
  for (;;) {
    /* Faults that can't be asked for now wait in the kernel. Only this thread uses up places for them. */
    bool room = view_free_faults(view) > 0;
    struct pollfd ends[] = {
        {view->wake, POLLIN, 0}, {view->socket, POLLIN, 0}, {room ? view->faults : -1, POLLIN, 0}};
    if (poll(ends, 3, -1) < 0 && errno != EINTR) break;
    if (ends[0].revents != 0) break;
    if (ends[2].revents != 0) take_faults(view);
    if (ends[1].revents != 0 && !take_message(view, buffer)) break;
  }
  lose(view);
  return NULL;
}
