/* The messages of docs/view.md in C: what the client sends and what it gets. */
#ifndef RSPBRIDGE_VIEW_CLIENT_WIRE_H
#define RSPBRIDGE_VIEW_CLIENT_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memmap/view_wire.h"

/* A request: an ENSURE or VMAS, as `type` says. */
struct wire_request {
  uint32_t type, id;
  uint64_t address, length, ahead;
  bool wait;
};

enum { WIRE_REQUEST_MAX = 40 };

/* A message of the server; the fields that its type has. */
struct wire_message {
  uint32_t type, id;
  uint64_t stop_id;
  bool running;                /* HELLO, STATE */
  uint32_t version, page_size; /* HELLO */
  uint32_t code;               /* FAILURE */
  uint64_t begin, end;         /* FAILURE */
  uint64_t size;               /* VMAS_REPLY */
  uint32_t range_count;        /* OK */
  const unsigned char* ranges; /* OK: inside the message's bytes */
  char text[RSPBRIDGE_WIRE_SENTENCE_MAX +
            1]; /* HELLO: session; FAILURE: sentence. Printable characters only */
};

/* Writes a request to `bytes`; returns its size, at most WIRE_REQUEST_MAX. */
size_t wire_encode(const struct wire_request* request, unsigned char* bytes);

/* False unless the bytes are exactly one valid message. `message->ranges` points into them. */
bool wire_decode(const unsigned char* bytes, size_t size, struct wire_message* message);

/* Where the populated range that begins at or before `address` and holds it ends; `address` if there is none.
 * Ranges that touch count as one. */
uint64_t wire_reach(const struct wire_message* ok, uint64_t address);

#endif
