/* What the files of the client library share. */
#ifndef RSPBRIDGE_VIEW_INTERNAL_H
#define RSPBRIDGE_VIEW_INTERNAL_H

#include <errno.h>
#include <pthread.h>

#include "memmap/client/wire.h"
#include "memmap/view_client.h"

enum { PAGE_BYTES = 4096, MOST_FAULTS = 64, AHEAD_MOST = 1 << 20, CHUNK_BYTES = 1 << 20 };

/* A mapping of the view. Whole pages. */
struct window {
  char* begin;
  size_t length;
  uint64_t address; /* of the target, at `begin` */
  const char* user; /* what the user got: `begin` and the offset in its page */
  bool has_holes;   /* some of it is PROT_NONE */
  uint64_t next;    /* where sequential touching goes on */
  uint64_t ahead;   /* how much was read ahead there, in bytes */
};

/* A touched page that the server was asked for. */
struct fault {
  bool used;
  uint32_t id;
  char* place; /* the page */
  uint64_t address, ahead;
};

/* A call that waits for its answer. Lives on the caller's stack, in the view's list. */
struct request {
  struct request* next;
  uint32_t id;
  bool done;
  struct wire_message answer; /* without ranges: see `reached` */
  uint64_t address, reached;  /* of an ENSURE: [address, reached) is populated */
  int file;                   /* came with the answer, else -1 */
};

struct rspbridge_view {
  unsigned flags;
  int socket, memory, faults, wake; /* faults: -1 without userfaultfd */
  const uint64_t* control;          /* the control page */
  char session[RSPBRIDGE_WIRE_SESSION_MAX + 1];
  pthread_t thread;
  pthread_mutex_t lock; /* of all that follows */
  pthread_cond_t changed;
  uint64_t stop_id;
  bool running, lost;
  uint32_t last_id;
  struct request* requests;
  struct window* windows;
  size_t window_count, window_room;
  struct fault pending[MOST_FAULTS];
};

/* Sets errno and this thread's sentence; returns -1. */
__attribute__((format(printf, 2, 3))) int view_fail(int error, const char* format, ...);

/* find.c: a connected socket whose peer is of the same user; -1 if there is none. */
int view_find(const char* session);

/* receive.c: reads one message and at most one descriptor (else -1) into `file`. 1, 0 if the other end is
 * closed or sent what is invalid. `buffer` has RSPBRIDGE_WIRE_MESSAGE_MAX bytes and holds the message's
 * ranges. */
int view_receive(int socket, char* buffer, struct wire_message* message, int* file);

/* request.c: asks and waits for the answer. A FAILURE becomes -1 with errno and sentence. */
int view_ask(struct rspbridge_view* view, struct request* request, const struct wire_request* wire);
/* Gives an answer to the call that waits for it. False if nobody does. The lock is held. */
bool view_answer(struct rspbridge_view* view, const struct wire_message* message, int file);

/* service.c: the thread. Runs until `wake` is written to or the connection is lost. */
void* view_service(void* view);

/* faults.c; the lock is held. */
void view_touched(struct rspbridge_view* view, char* place);
bool view_fault_answer(struct rspbridge_view* view, const struct wire_message* message);
size_t view_free_faults(const struct rspbridge_view* view);

/* windows.c; the lock is held. */
struct window* view_window_at(struct rspbridge_view* view, const char* place);
/* Makes pages of a window (in)accessible. */
void view_forbid(struct window* window, char* begin, size_t length);
void view_allow_all(struct rspbridge_view* view);
void view_forbid_all(struct rspbridge_view* view);
/* Lets the threads go on that wait for pages in [begin, begin + length). */
void view_wake(const struct rspbridge_view* view, char* begin, size_t length);

#endif
