/* Touched pages: asked for, then woken or forbidden. */
#include <sys/socket.h>

#include "memmap/client/internal.h"

size_t view_free_faults(const struct rspbridge_view* view) {
  size_t count = 0;
  for (size_t i = 0; i < MOST_FAULTS; ++i) count += !view->pending[i].used;
  return count;
}

static bool is_asked_for(const struct rspbridge_view* view, const char* place) {
  for (size_t i = 0; i < MOST_FAULTS; ++i) {
    const struct fault* fault = &view->pending[i];
    if (fault->used && place >= fault->place && place < fault->place + PAGE_BYTES + fault->ahead) return true;
  }
  return false;
}

/* How much to read ahead: nothing at first, then twice as much with every touch that goes on where the last
 * one ended. */
static uint64_t read_ahead(struct window* window, uint64_t address) {
  bool sequential = window->next != 0 && address >= window->next && address - window->next <= window->ahead;
  window->ahead = !sequential ? 0 : window->ahead == 0 ? PAGE_BYTES : window->ahead * 2 + PAGE_BYTES;
  if (window->ahead > AHEAD_MOST - PAGE_BYTES) window->ahead = AHEAD_MOST - PAGE_BYTES;
  uint64_t left = window->address + window->length - address - PAGE_BYTES;
  return window->ahead < left ? window->ahead : left;
}

static void fail_fault(struct rspbridge_view* view, struct fault* fault, uint64_t begin, uint64_t end) {
  struct window* window = view_window_at(view, fault->place);
  if (window != NULL) {
    uint64_t last = window->address + window->length;
    if (begin < window->address) begin = window->address;
    if (end > last) end = last;
    view_forbid(window, window->begin + (begin - window->address), end - begin);
  }
  view_wake(view, fault->place, PAGE_BYTES + fault->ahead);
  fault->used = false;
}

void view_touched(struct rspbridge_view* view, char* place) {
  struct window* window = view_window_at(view, place);
  if (window == NULL || view->lost) {
    if (window != NULL) view_forbid(window, window->begin, window->length);
    view_wake(view, place, PAGE_BYTES);
    return;
  }
  if (is_asked_for(view, place)) return;
  struct fault* fault = view->pending;
  while (fault->used) ++fault; /* the caller knows that one is free */
  uint64_t address = window->address + (uint64_t)(place - window->begin);
  *fault = (struct fault){true, ++view->last_id, place, address, read_ahead(window, address)};
  struct wire_request wire = {.type = RSPBRIDGE_WIRE_ENSURE,
                              .id = fault->id,
                              .address = address,
                              .length = PAGE_BYTES,
                              .ahead = fault->ahead,
                              .wait = (view->flags & RSPBRIDGE_VIEW_FAIL_WHILE_RUNNING) == 0};
  unsigned char bytes[WIRE_REQUEST_MAX];
  size_t size = wire_encode(&wire, bytes);
  if (send(view->socket, bytes, size, MSG_NOSIGNAL) != (ssize_t)size)
    fail_fault(view, fault, address, address + PAGE_BYTES);
}

bool view_fault_answer(struct rspbridge_view* view, const struct wire_message* message) {
  struct fault* fault = view->pending;
  struct fault* end = view->pending + MOST_FAULTS;
  while (fault != end && (!fault->used || fault->id != message->id)) ++fault;
  if (fault == end) return false;
  uint64_t behind = fault->address + PAGE_BYTES;
  uint64_t reached =
      message->type == RSPBRIDGE_WIRE_OK ? wire_reach(message, fault->address) : fault->address;
  if (reached < behind) {
    bool covers = message->type == RSPBRIDGE_WIRE_FAILURE && message->code == RSPBRIDGE_WIRE_UNREADABLE &&
                  message->begin <= fault->address && message->end >= behind &&
                  message->begin % PAGE_BYTES == 0 && message->end % PAGE_BYTES == 0;
    fail_fault(view, fault, covers ? message->begin : fault->address, covers ? message->end : behind);
    return true;
  }
  struct window* window = view_window_at(view, fault->place);
  if (window != NULL) window->next = reached;
  view_wake(view, fault->place, PAGE_BYTES + fault->ahead);
  fault->used = false;
  return true;
}
